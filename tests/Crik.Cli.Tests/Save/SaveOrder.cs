namespace Crik.Tests.Save;

/// <summary>One way in which a save may go.</summary>
/// <param name="Messages">criu's notifications: q for query-ext-files, p for post-dump, x for another one.</param>
/// <param name="SaveEnd">What follows the notifications.</param>
/// <param name="Event">What happens elsewhere meanwhile.</param>
/// <param name="At">The index of the notification before which it happens. The number of notifications means after the last one.</param>
internal sealed record SaveOrder(bool LeaveRunning, string Messages, SaveEnd SaveEnd, Elsewhere Event, int At)
{
    /// <summary>All orders of up to three notifications, with each way to end, and with each event at every point.</summary>
    public static IEnumerable<SaveOrder> All(bool leaveRunning)
    {
        foreach (string messages in Words("qpx", 3))
        {
            foreach (SaveEnd end in Enum.GetValues<SaveEnd>())
            {
                foreach (Elsewhere what in Enum.GetValues<Elsewhere>())
                {
                    if (what is Elsewhere.ReleaseAtHold or Elsewhere.ReleaseAtCommit or Elsewhere.LossOfTree && (leaveRunning || !HasDump(messages)))
                    {
                        continue; // the tree is held for a last checkpoint only
                    }

                    bool isAnywhere = what is Elsewhere.Termination or Elsewhere.Release;
                    for (int at = 0; at <= (isAnywhere ? messages.Length : 0); at++)
                    {
                        yield return new SaveOrder(leaveRunning, messages, end, what, at);
                    }
                }
            }
        }
    }

    public static IEnumerable<string> Words(string letters, int longest)
    {
        List<string> words = [""];
        for (int i = 0; i < words.Count; i++)
        {
            if (words[i].Length < longest)
            {
                words.AddRange(letters.Select(letter => words[i] + letter));
            }
        }

        return words;
    }

    /// <summary>Whether the dump was finished after the tree had been frozen.</summary>
    public bool IsCaptured => HasDump(Messages);

    /// <summary>Whether there must be a checkpoint in the end. Both are correct if SIGTERM comes while crik waits for the disk.</summary>
    public bool? IsCommitted => !LeaveRunning
        ? IsCaptured && Event switch
        {
            Elsewhere.Release => At > Messages.IndexOf('p', StringComparison.Ordinal),
            Elsewhere.ReleaseAtHold or Elsewhere.ReleaseAtCommit or Elsewhere.LossOfTree or Elsewhere.LossOfVolume => false,
            _ => true,
        }
        : IsCaptured && SaveEnd is SaveEnd.Success && Event is not Elsewhere.LossOfVolume ? Event is Elsewhere.Termination ? null : true
        : false;

    private static bool HasDump(string messages) =>
        messages.IndexOf('q', StringComparison.Ordinal) is >= 0 and var frozen && messages.IndexOf('p', StringComparison.Ordinal) > frozen;
}

internal enum SaveEnd
{
    Success,
    Failure,

    /// <summary>criu reports success for something that crik did not ask for.</summary>
    WrongType,
    End,
    Silence,
}

internal enum Elsewhere
{
    Nothing,

    /// <summary>SIGTERM comes.</summary>
    Termination,

    /// <summary>The init takes the program away.</summary>
    Release,

    /// <summary>The init takes the program away when crik holds the tree and has not yet asked whether it may commit.</summary>
    ReleaseAtHold,

    /// <summary>The init takes the program away when it has allowed the commit and has not yet heard that it happened.</summary>
    ReleaseAtCommit,

    /// <summary>criu has lost the tree when crik wants to hold it.</summary>
    LossOfTree,

    /// <summary>Another pod has taken the image directory.</summary>
    LossOfVolume,
}
