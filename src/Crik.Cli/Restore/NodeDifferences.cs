using Crik.Diagnostics;
using Crik.Policy;
using Crik.Store;

namespace Crik.Restore;

/// <summary>Logs what is different on this node and keeps no checkpoint from being restored.</summary>
internal static class NodeDifferences
{
    public static void Warn(CheckpointManifest manifest, MachineFacts now)
    {
        if (CompatibilityGate.ClockRemark(manifest, now) is { } clock)
        {
            Log.Warning(Event.ClockJumps, clock);
        }

        if (CompatibilityGate.KernelRemark(manifest, now) is { } kernel)
        {
            Log.Warning(Event.KernelDiffers, kernel);
        }
    }
}
