namespace Crik.Pods;

/// <summary>What is known about a claim of a pod and the PersistentVolume behind it.</summary>
/// <param name="Claim">The name of the claim.</param>
/// <param name="AccessModes">The access modes of the volume, or else those that the claim asks for.</param>
/// <param name="Zones">The zones that the node affinity of the PersistentVolume allows. Empty if any.</param>
/// <param name="Nodes">The nodes that the node affinity of the PersistentVolume allows. Empty if any.</param>
public sealed record VolumeFacts(string Claim, IReadOnlyList<string> AccessModes, IReadOnlyList<string> Zones, IReadOnlyList<string> Nodes);
