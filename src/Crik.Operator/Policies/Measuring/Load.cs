namespace Crik.Operator.Policies.Measuring;

/// <summary>What a node or a pod used.</summary>
/// <param name="Cpu">In cores.</param>
/// <param name="Memory">In bytes: the working set, which the kernel cannot take back.</param>
/// <param name="Time">When it was measured.</param>
internal readonly record struct Load(double Cpu, double Memory, DateTimeOffset Time)
{
    /// <summary>What is used, or can be, of a resource.</summary>
    public double Of(string resource) => resource is Resources.Cpu ? Cpu : Memory;
}
