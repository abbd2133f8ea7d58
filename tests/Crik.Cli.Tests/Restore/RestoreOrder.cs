using Crik.Tests.Save;

namespace Crik.Tests.Restore;

/// <summary>One way in which a restore may go.</summary>
/// <param name="Messages">criu's messages: a for pre-restore, b for post-restore, c for pre-resume, f for the answer about its features, x for another notification.</param>
/// <param name="RestoreEnd">What follows them.</param>
/// <param name="TerminatedAt">Before which of them SIGTERM comes, their count for after the last; -1 for never.</param>
internal sealed record RestoreOrder(string Messages, RestoreEnd RestoreEnd, int TerminatedAt)
{
    /// <summary>All orders of up to three messages, and of all four, each way to end, and SIGTERM at every point.</summary>
    public static IEnumerable<RestoreOrder> All()
    {
        IEnumerable<string> ofAll = SaveOrder.Words("abcf", 4).Where(word => word.Length == 4 && word.Distinct().Count() == 4);
        string[] withAnother = ["x", "xabc", "axbc", "abxc", "abcx"];
        foreach (string messages in SaveOrder.Words("abcf", 3).Concat(ofAll).Concat(withAnother))
        {
            foreach (RestoreEnd end in Enum.GetValues<RestoreEnd>())
            {
                for (int at = -1; at <= messages.Length; at++)
                {
                    yield return new RestoreOrder(messages, end, at);
                }
            }
        }
    }

    public bool IsTerminated => TerminatedAt >= 0;

    /// <summary>criu let the tasks run, or was about to.</summary>
    public bool WasResumed => Messages.Contains('c', StringComparison.Ordinal);

    /// <summary>The tree was complete.</summary>
    public bool WasComplete => WasResumed || Messages.Contains('b', StringComparison.Ordinal);

    /// <summary>Whether the program must run in the end.</summary>
    public bool Runs => RestoreEnd switch
    {
        RestoreEnd.Success => true,
        RestoreEnd.End or RestoreEnd.Silence => WasComplete,
        RestoreEnd.EndThatTearsTree => WasResumed,
        RestoreEnd.EndThatKillsTree => WasComplete && !WasResumed, // a complete tree is looked at, and this one is whole
        _ => false,
    };
}

internal enum RestoreEnd
{
    Success,
    Failure,

    /// <summary>A success of something that was not asked for.</summary>
    WrongType,
    End,

    /// <summary>criu ends, and not all tasks of a complete tree are left.</summary>
    EndThatTearsTree,

    /// <summary>criu ends, and takes along a tree that it was about to let run.</summary>
    EndThatKillsTree,
    Silence,
}
