namespace Crik.NodeStateServer.Endpoints;

/// <summary>The limits of the port that serves node states, and how much of them is used.</summary>
internal sealed record Limits(ConnectionGate Gate, LargeAnswers Large);
