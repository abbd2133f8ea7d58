namespace Crik.Nodes;

/// <summary>
/// Asks Google Compute Engine's metadata server for the preemption of a spot instance, which it announces 30 s ahead, and for a
/// maintenance that ends the instance.
/// </summary>
internal sealed class GceSource(HttpAddress address, bool decides) : MetadataSource(address, decides)
{
    private static readonly (string, string)[] s_flavor = [("Metadata-Flavor", "Google")];

    public override string Name => "GCE's metadata";

    /// <summary>A preemption is announced only 30 s ahead, so the server is asked often.</summary>
    public override TimeSpan Pause => TimeSpan.FromSeconds(2);

    public override NodeAnswer Ask(Deadline deadline, int stop = -1) =>
        Find("/computeMetadata/v1/instance/preempted", s_flavor, deadline, stop) == "TRUE" ? Going("GCE preempts the instance")
        : Find("/computeMetadata/v1/instance/maintenance-event", s_flavor, deadline, stop) == "TERMINATE_ON_HOST_MAINTENANCE" ? Going("GCE ends the instance for a maintenance")
        : NoSign;
}
