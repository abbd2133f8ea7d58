namespace Crik.NodeStateServer.Pods;

/// <summary>The pod that a request names. Another pod of the same name has another UID.</summary>
internal sealed record PodName(string Namespace, string Name, string Uid);
