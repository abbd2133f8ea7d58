namespace Crik.Operator.Tests.Migrations.Simulation;

/// <summary>A program of a simulation with its volume, and who makes its pods.</summary>
/// <param name="Kind">`Pod`, `StatefulSet` or `ReplicaSet`.</param>
internal sealed record SimulatedProgram(string Name, string Kind)
{
    /// <summary>The newest checkpoint on the volume.</summary>
    public long Generation { get; set; } = 1;

    /// <summary>Whether somebody else than the operator has deleted a pod, or ended the crik in one. What was not saved is lost then.</summary>
    public bool WasDisturbed { get; set; }

    /// <summary>The version of the template from which its controller makes pods.</summary>
    public int Revision { get; set; } = 1;

    /// <summary>Whether it does not run under crik, so that the kubelet saves it as an image.</summary>
    public bool IsByImage { get; init; }

    /// <summary>What is in its checkpoint images, by PodCheckpoint.</summary>
    public Dictionary<string, long> Images { get; } = [];

    public bool IsBare => Kind is "Pod";
}
