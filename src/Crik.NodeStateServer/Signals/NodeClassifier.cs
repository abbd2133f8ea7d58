using Crik.Contracts;

namespace Crik.NodeStateServer.Signals;

/// <summary>
/// Decides the state of a Node. It applies the rules in order, and the first one that matches wins. The result depends
/// only on the Node, so a state ends when its sign is removed.
/// </summary>
internal sealed class NodeClassifier
{
    private readonly SignalRule[] _rules;

    private NodeClassifier(SignalRule[] rules)
    {
        _rules = rules;
        AnnotationKeys = [.. rules.Select(rule => rule.Match).OfType<AnnotationMatch>().Select(match => match.Key).Append(KnownSignals.KarpenterDeadline).Distinct()];
        LabelKeys = [.. rules.Select(rule => rule.Match).OfType<LabelMatch>().Select(match => match.Key).Distinct()];
    }

    /// <summary>The annotations that rules need. No others are read.</summary>
    public IReadOnlyList<string> AnnotationKeys { get; }

    /// <summary>The labels that rules need. No others are read.</summary>
    public IReadOnlyList<string> LabelKeys { get; }

    public IReadOnlyList<SignalRule> Rules => _rules;

    /// <summary>
    /// Puts the rules into their order: graver states first, and within a state, rules of the signals file before
    /// built-in ones.
    /// </summary>
    public static NodeClassifier From(SignalOptions options)
    {
        IEnumerable<SignalRule> known = KnownSignals.All.Where(rule =>
            options.Enable.Contains(rule.Name) || (rule.OnByDefault && !options.Disable.Contains(rule.Name)));

        // OrderByDescending is stable, so rules of the same state keep their order.
        return new NodeClassifier([.. options.Rules.Concat(known).OrderByDescending(rule => rule.State)]);
    }

    public Verdict Classify(NodeSnapshot node)
    {
        foreach (SignalRule rule in _rules)
        {
            if (rule.Apply(node) is { } verdict)
            {
                return verdict.State is NodeState.ShuttingDown && verdict.Deadline is null ? verdict with { Deadline = Deadline(node) } : verdict;
            }
        }

        return Verdict.Ready;
    }

    private static DateTimeOffset? Deadline(NodeSnapshot node) =>
        node.Annotations.TryGetValue(KnownSignals.KarpenterDeadline, out string? text) ? SignalTime.Find(text) : null;
}
