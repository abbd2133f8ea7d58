using Crik.Contracts;

namespace Crik.Nodes;

/// <summary>
/// The last answer, and the gravest one of the last minutes. Replicas of a server that disagree take a warning back and give it
/// again at once, so a warning that was taken back still counts for <see cref="Memory"/>.
/// </summary>
/// <param name="Latest">The last answer.</param>
/// <param name="Gravest">The gravest answer, until <see cref="Memory"/> after it was taken back.</param>
/// <param name="Warnings">The number of the warning. It grows when the node begins to go away after all had been well for that time.</param>
internal sealed record RecentAnswers(NodeAnswer Latest, NodeAnswer Gravest, int Warnings)
{
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    /// <summary>When the first lesser answer came, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    private long? _takenBackAt;

    public static RecentAnswers None { get; } = new(NodeAnswer.Unknown("there was no answer yet"), NodeAnswer.Unknown(""), 0);

    /// <param name="now">In milliseconds of <see cref="Environment.TickCount64"/>.</param>
    public RecentAnswers With(NodeAnswer answer, long now)
    {
        NodeAnswer before = Counts(now) ? Gravest : Latest;
        int warnings = answer.IsWarning && !before.IsWarning ? Warnings + 1 : Warnings;
        return answer.State >= before.State || !before.IsWarning
            ? new(answer, answer, warnings)
            : new(answer, before, warnings) { _takenBackAt = Counts(now) && _takenBackAt is { } at ? at : now };
    }

    /// <returns>What SIGTERM goes by. Of a warning that was taken back, the deadline counts no more.</returns>
    public NodeAnswer Decisive(long now) => IsTakenBack(now)
        ? Gravest with
        {
            Reason = $"{Gravest.Reason} (taken back by '{Latest.State.ToWireName()}', which counts only {Memory.TotalMinutes:0} minutes later)",
            Deadline = Latest.Deadline,
            ClocksAgree = Latest.ClocksAgree,
            IsTakenBack = true,
        }
        : Latest;

    /// <returns>The last answer for people, with the warning that SIGTERM goes by instead.</returns>
    public NodeAnswer ForPeople(long now) => IsTakenBack(now)
        ? Latest with { Reason = $"{Latest.Reason} (SIGTERM still goes by '{Gravest.State.ToWireName()}', which was taken back)" }
        : Latest;

    private bool IsTakenBack(long now) => _takenBackAt is not null && Counts(now);

    private bool Counts(long now) => _takenBackAt is not { } at || now - at < Memory.TotalMilliseconds;
}
