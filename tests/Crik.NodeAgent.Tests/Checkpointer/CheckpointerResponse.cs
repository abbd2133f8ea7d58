namespace Crik.NodeAgent.Tests.Checkpointer;

/// <summary>What the Checkpointer has answered.</summary>
internal sealed record CheckpointerResponse(int Status, string? Type, string Body, string Headers);
