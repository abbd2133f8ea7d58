namespace Crik.ClusterTests;

/// <summary>A node that was killed, and between which instants.</summary>
internal sealed record NodeDeath(string Node, DateTimeOffset Began, DateTimeOffset Ended);
