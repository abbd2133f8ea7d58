namespace Crik.Operator.Policies.Deciding;

/// <summary>Which pod would be taken from a node, or why none can be.</summary>
internal abstract record PolicyChoice
{
    private PolicyChoice()
    {
    }

    public sealed record Found(MeasuredPod Pod, string Destination) : PolicyChoice;

    public sealed record Refused(string Message) : PolicyChoice;
}
