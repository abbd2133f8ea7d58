using Crik.Configuration;

namespace Crik.Policy;

/// <summary>Tells what is lost when the program ends by itself after a SIGTERM without a checkpoint, because its next start is decided by that end.</summary>
internal static class LostWork
{
    /// <param name="newest">The newest checkpoint of this run, or the one that it was restored from; <see langword="null"/> when there is none.</param>
    /// <param name="isRestored">Whether the run made no checkpoint, and was restored from that one.</param>
    /// <param name="since">The time since that checkpoint, since the restore, or since the start.</param>
    public static string Describe(RestoreMode mode, int? newest, bool isRestored, TimeSpan since)
    {
        string time = since.TotalMinutes < 2 ? $"{Math.Max(0, since.TotalSeconds):0} s" : since.TotalHours < 2 ? $"{since.TotalMinutes:0} min" : $"{since.TotalHours:0} h";
        string checkpoint = $"checkpoint {newest}, {(isRestored ? $"from which it was restored {time} ago" : $"which is {time} old")}";
        return newest is null ? $"all its work of {time} since its start, because the next start is fresh"
            : mode == RestoreMode.Always ? $"its work since {checkpoint}: the next start restores that checkpoint"
            : $"all its work, because the next start is fresh. Only 'crik rollback {newest}' goes back to {checkpoint}";
    }
}
