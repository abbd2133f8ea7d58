namespace Crik.NodeStateServer.Pods;

internal sealed record PodName(string Namespace, string Name);
