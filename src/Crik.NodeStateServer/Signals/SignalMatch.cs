namespace Crik.NodeStateServer.Signals;

/// <summary>The sign that a rule looks for on a Node.</summary>
internal abstract record SignalMatch
{
    /// <returns>The sign, or null when the Node does not have it.</returns>
    public abstract SignalSighting? Find(NodeSnapshot node);

    /// <summary>Describes the sign for the reason in the answer, such as "taint a/b".</summary>
    public abstract string Describe();
}

/// <summary>A sign that was found on a Node.</summary>
/// <param name="Since">When the sign appeared, if Kubernetes records it.</param>
/// <param name="Text">
/// The text that may contain a time: the value of a taint, label or annotation, or the message of a condition.
/// </param>
internal readonly record struct SignalSighting(DateTimeOffset? Since, string Text);

internal sealed record ConditionMatch(string Type, string Status = "True", string? Reason = null, string? MessageContains = null) : SignalMatch
{
    /// <summary>What the message must begin with.</summary>
    public string? MessageStart { get; init; }

    public override SignalSighting? Find(NodeSnapshot node)
    {
        foreach (NodeCondition condition in node.Conditions)
        {
            if (condition.Type == Type
                && condition.Status == Status
                && (Reason is null || condition.Reason == Reason)
                && (MessageContains is null || condition.Message.Contains(MessageContains, StringComparison.OrdinalIgnoreCase))
                && (MessageStart is null || condition.Message.StartsWith(MessageStart, StringComparison.OrdinalIgnoreCase)))
            {
                return new SignalSighting(condition.LastTransition, condition.Message);
            }
        }

        return null;
    }

    public override string Describe() =>
        $"condition {Type}={Status}" + (Reason is null ? "" : $", reason {Reason}") + (MessageContains is null ? "" : $", '{MessageContains}'")
        + (MessageStart is null ? "" : $", '{MessageStart}'");
}

internal sealed record TaintMatch(string Key, string? Value = null, string? Effect = null) : SignalMatch
{
    public override SignalSighting? Find(NodeSnapshot node)
    {
        foreach (NodeTaint taint in node.Taints)
        {
            if (taint.Key == Key && (Value is null || taint.Value == Value) && (Effect is null || taint.Effect == Effect))
            {
                return new SignalSighting(taint.AddedAt, taint.Value);
            }
        }

        return null;
    }

    public override string Describe() => $"taint {Key}" + (Value is null ? "" : $"={Value}") + (Effect is null ? "" : $":{Effect}");
}

internal sealed record LabelMatch(string Key, string? Value = null) : SignalMatch
{
    public override SignalSighting? Find(NodeSnapshot node) =>
        node.Labels.TryGetValue(Key, out string? value) && (Value is null || value == Value) ? new SignalSighting(null, value) : null;

    public override string Describe() => $"label {Key}" + (Value is null ? "" : $"={Value}");
}

internal sealed record AnnotationMatch(string Key, string? Value = null) : SignalMatch
{
    public override SignalSighting? Find(NodeSnapshot node) =>
        node.Annotations.TryGetValue(Key, out string? value) && (Value is null || value == Value) ? new SignalSighting(null, value) : null;

    public override string Describe() => $"annotation {Key}" + (Value is null ? "" : $"={Value}");
}

internal sealed record UnschedulableMatch : SignalMatch
{
    public override SignalSighting? Find(NodeSnapshot node) => node.Unschedulable ? new SignalSighting(null, "") : null;

    public override string Describe() => "spec.unschedulable";
}

internal sealed record BeingDeletedMatch : SignalMatch
{
    public override SignalSighting? Find(NodeSnapshot node) => node.DeletedAt is { } when ? new SignalSighting(when, "") : null;

    public override string Describe() => "metadata.deletionTimestamp";
}
