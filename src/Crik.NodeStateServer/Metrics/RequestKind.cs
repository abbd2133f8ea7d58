namespace Crik.NodeStateServer.Metrics;

/// <summary>
/// The kinds of requests to the port that serves node states. They are the label `route` of the metrics.
/// </summary>
internal enum RequestKind
{
    Node,
    Wait,
    Nodes,
    Watch,
    Original,
    None,
}
