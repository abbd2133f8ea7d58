using Crik.Contracts;

namespace Crik.NodeStateServer.Signals;

/// <summary>One sign, what it means, and in whose words. Rules are data: nothing else in the program knows a cloud.</summary>
internal sealed record SignalRule(string Name, NodeState State, SignalMatch Match, string Meaning)
{
    /// <summary>Off where healthy nodes show the sign too; the reason stands beside the rule.</summary>
    public bool OnByDefault { get; init; } = true;

    /// <summary>What the sign's text is, where it holds a time.</summary>
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

/// <summary>What the time in a taint's or annotation's value, or in a condition's message, means.</summary>
internal enum SignalText
{
    Nothing,
    Since,
    Deadline,
}
