using Crik.Init;

namespace Crik.Nodes;

/// <summary>Google Compute Engine: preemption of a spot instance (30 s ahead), and a maintenance that ends the instance.</summary>
internal sealed class GceSource(HttpAddress address, bool decides) : MetadataSource(address, decides)
{
    private static readonly (string, string)[] s_flavor = [("Metadata-Flavor", "Google")];

    public override string Name => "GCE's metadata";

    /// <summary>The notice is short.</summary>
    public override TimeSpan Pause => TimeSpan.FromSeconds(2);

    public override NodeAnswer Ask(Deadline deadline, int stop = -1) =>
        Find("/computeMetadata/v1/instance/preempted", s_flavor, deadline, stop) == "TRUE" ? Going("GCE preempts the instance")
        : Find("/computeMetadata/v1/instance/maintenance-event", s_flavor, deadline, stop) == "TERMINATE_ON_HOST_MAINTENANCE" ? Going("GCE ends the instance for a maintenance")
        : NoSign;
}
