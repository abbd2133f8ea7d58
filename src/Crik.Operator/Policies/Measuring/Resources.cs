namespace Crik.Operator.Policies.Measuring;

/// <summary>The resources that have thresholds.</summary>
internal static class Resources
{
    public const string Cpu = "cpu";
    public const string Memory = "memory";
}
