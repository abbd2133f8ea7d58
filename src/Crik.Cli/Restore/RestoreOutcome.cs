using Crik.Init;

namespace Crik.Restore;

internal abstract record RestoreOutcome
{
    private RestoreOutcome()
    {
    }

    /// <param name="Program">The root of the restored tree, which is now crik's child.</param>
    /// <param name="Missing">The pages that still have to be loaded, when the program was restored lazily.</param>
    public sealed record Restored(ChildProcess Program, MissingPages? Missing) : RestoreOutcome;

    /// <summary>SIGTERM came during the attempt. A later start can still restore the checkpoint.</summary>
    public sealed record Interrupted : RestoreOutcome;

    /// <param name="Logs">criu's logs of the attempt.</param>
    /// <param name="IsOfPod">This pod is at fault and not the checkpoint, which another start can restore.</param>
    /// <param name="MayPass">The fault may be gone after a while.</param>
    public sealed record Failed(string Reason, IReadOnlyList<string> Logs, bool IsOfPod = false, bool MayPass = true) : RestoreOutcome;
}
