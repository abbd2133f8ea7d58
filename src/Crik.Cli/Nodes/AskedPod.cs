using Crik.Configuration;

namespace Crik.Nodes;

/// <summary>This pod, as crik names it to the node state server.</summary>
/// <param name="Uid">Keeps the server from answering about another pod of the same name.</param>
internal sealed record AskedPod(string Namespace, string Name, string Uid)
{
    private const string NamespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

    public string Query => $"?pod={Uri.EscapeDataString(Namespace)}/{Uri.EscapeDataString(Name)}&uid={Uid}";

    /// <param name="uid"><see langword="null"/> where no kubelet made the container's mounts.</param>
    /// <returns><see langword="null"/> when the pod cannot be named, or nobody wants to know about it.</returns>
    public static AskedPod? Find(NodePolicy policy, string? uid)
    {
        string name = policy.PodName ?? Environment.MachineName;
        string place = policy.PodNamespace ?? ProcFs.Lines(NamespaceFile).FirstOrDefault("").Trim();
        return policy.CheckpointOnDisruption && uid is not null && place.Length > 0 ? new AskedPod(place, name, uid) : null;
    }
}
