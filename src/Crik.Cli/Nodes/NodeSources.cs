using Crik.Configuration;
using Crik.Diagnostics;

namespace Crik.Nodes;

/// <summary>Chooses whom to ask about this node, by the configuration and by the cloud that the machine belongs to.</summary>
internal static class NodeSources
{
    /// <param name="podUid">The UID of this pod; <see langword="null"/> when it is not known.</param>
    /// <returns><see langword="null"/> when nobody is to be asked; then every SIGTERM means a checkpoint.</returns>
    public static NodeSource? Choose(NodePolicy policy, string? podUid)
    {
        bool isNamed = policy.NodeStateSource != NodeStateSource.Auto;
        NodeSource? source = Kind(policy) switch
        {
            NodeStateSource.Server => new ServerSource(
                HttpAddress.Of(policy.NodeStateServerUrl!, policy.NodeStateServerCaFile), policy.NodeName!, policy.NodeStateTokenFile, AskedPod.Find(policy, podUid)),
            NodeStateSource.Ec2 => new Ec2Source(MetadataSource.WellKnown, isNamed),
            NodeStateSource.Gce => new GceSource(MetadataSource.WellKnown, isNamed),
            NodeStateSource.Azure => new AzureSource(MetadataSource.WellKnown, isNamed),
            _ => null,
        };
        if (source is null && policy.ReactsToWarnings && !isNamed)
        {
            Log.Warning(Event.NoNodeStateSource,
                "nobody can be asked about this node: there is no nodeStateServerURL, and the machine is of no cloud that crik knows");
        }

        return source;
    }

    /// <summary>Recognises a cloud by what the machine's firmware tells (<c>/sys/class/dmi/id</c>).</summary>
    internal static NodeStateSource OfMachine(string vendor, string assetTag) =>
        vendor.StartsWith("Amazon EC2", StringComparison.Ordinal) ? NodeStateSource.Ec2
        : vendor == "Google" ? NodeStateSource.Gce
        : assetTag == "7783-7084-3265-9085-8269-3286-77" ? NodeStateSource.Azure // Azure's own tag; every Hyper-V has the same vendor
        : NodeStateSource.None;

    /// <summary>
    /// Finds whom to ask when the configuration names nobody: the server if it has an address, otherwise the metadata service of the cloud.
    /// That service can only warn then, so crik asks it only when the configuration reacts to warnings.
    /// </summary>
    private static NodeStateSource Kind(NodePolicy policy) =>
        policy.NodeStateSource != NodeStateSource.Auto ? policy.NodeStateSource
        : policy.NodeStateServerUrl is not null ? NodeStateSource.Server
        : policy.ReactsToWarnings ? OfMachine(Dmi("sys_vendor"), Dmi("chassis_asset_tag"))
        : NodeStateSource.None;

    private static string Dmi(string name) => ProcFs.Lines($"/sys/class/dmi/id/{name}").FirstOrDefault("").Trim();
}
