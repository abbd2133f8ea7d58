using Crik.Contracts;

namespace Crik.NodeStateServer.Signals;

/// <summary>
/// Says which sign on a Node means which state. Rules are data: only they know what the clouds and autoscalers set on
/// Nodes.
/// </summary>
/// <param name="Meaning">The meaning of the sign in words, for the reason in the answer.</param>
internal sealed record SignalRule(string Name, NodeState State, SignalMatch Match, string Meaning)
{
    /// <summary>Is false for a sign that healthy nodes have too.</summary>
    public bool OnByDefault { get; init; } = true;

    /// <summary>What the time in the sign's text means, if there is one.</summary>
    public SignalText Text { get; init; }

    public string Reason { get; } = $"{Meaning} ({Match.Describe()})";

    public Verdict? Apply(NodeSnapshot node)
    {
        if (Match.Find(node) is not { } sighting)
        {
            return null;
        }

        DateTimeOffset? time = Text is SignalText.Nothing ? null : SignalTime.Find(sighting.Text);
        return new Verdict(
            State,
            Name,
            Reason,
            Text is SignalText.Since ? time ?? sighting.Since : sighting.Since,
            Text is SignalText.Deadline ? time : null);
    }
}
