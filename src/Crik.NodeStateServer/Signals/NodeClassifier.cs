using Crik.Contracts;

namespace Crik.NodeStateServer.Signals;

/// <summary>Asks its rules in order; the first verdict wins. A pure function of the Node: a sign that goes takes its state along.</summary>
internal sealed class NodeClassifier
{
    private readonly SignalRule[] _rules;

    private NodeClassifier(SignalRule[] rules)
    {
        _rules = rules;
        AnnotationKeys = [.. rules.Select(rule => rule.Match).OfType<AnnotationMatch>().Select(match => match.Key).Append(KnownSignals.KarpenterDeadline).Distinct()];
        LabelKeys = [.. rules.Select(rule => rule.Match).OfType<LabelMatch>().Select(match => match.Key).Distinct()];
    }

    /// <summary>Nothing else of a Node's annotations is read.</summary>
    public IReadOnlyList<string> AnnotationKeys { get; }

    /// <summary>Nothing else of a Node's labels is read.</summary>
    public IReadOnlyList<string> LabelKeys { get; }

    public IReadOnlyList<SignalRule> Rules => _rules;

    /// <summary>Rules of the configuration come before the known ones of the same state; graver states come first.</summary>
    public static NodeClassifier From(SignalOptions options)
    {
        IEnumerable<SignalRule> known = KnownSignals.All.Where(rule =>
            options.Enable.Contains(rule.Name) || (rule.OnByDefault && !options.Disable.Contains(rule.Name)));
        return new NodeClassifier([.. options.Rules.Concat(known).OrderByDescending(rule => rule.State)]); // OrderBy is stable
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
