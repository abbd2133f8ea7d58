namespace Crik.NodeStateServer.Endpoints;

/// <summary>Everything that answers requests.</summary>
internal sealed record EndpointSet(NodeEndpoints Nodes, ListEndpoint List, WatchEndpoint Watch, HealthEndpoints Health, MetricsEndpoint Metrics);
