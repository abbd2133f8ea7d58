namespace Crik.ClusterTests;

/// <summary>A pod whose program has counted.</summary>
/// <param name="Word">The name that the program gave itself when it was started afresh.</param>
/// <param name="First">The first number that it wrote in this pod.</param>
internal sealed record CountingPod(string Name, string Uid, string Node, string Word, int First);
