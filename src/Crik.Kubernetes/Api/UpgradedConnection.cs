namespace Crik.Kubernetes.Api;

/// <summary>A connection that speaks WebSocket from now on.</summary>
/// <param name="Protocol">The subprotocol that the API server chose.</param>
internal sealed record UpgradedConnection(Stream Stream, string Protocol);
