using Crik.Tests.Save;

namespace Crik.Tests.Restore;

/// <summary>One way in which a restore may go.</summary>
/// <param name="Messages">criu's messages: a for pre-restore, b for post-restore, c for pre-resume, f for the answer about its features, x for another notification.</param>
/// <param name="RestoreEnd">What follows the messages.</param>
/// <param name="TerminatedAt">The index of the message before which SIGTERM comes. The number of messages means after the last one, and -1 means never.</param>
internal sealed record RestoreOrder(string Messages, RestoreEnd RestoreEnd, int TerminatedAt)
{
    /// <summary>All orders of up to three messages and of all four, with each way to end, and with SIGTERM at every point.</summary>
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

    /// <summary>Whether criu let the tasks run, or was about to.</summary>
    public bool WasResumed => Messages.Contains('c', StringComparison.Ordinal);

    /// <summary>Whether the tree was complete.</summary>
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

    /// <summary>criu reports success for something that crik did not ask for.</summary>
    WrongType,
    End,

    /// <summary>criu ends, and not all tasks of a complete tree are left.</summary>
    EndThatTearsTree,

    /// <summary>criu ends and kills the tree that it was about to let run.</summary>
    EndThatKillsTree,
    Silence,
}
