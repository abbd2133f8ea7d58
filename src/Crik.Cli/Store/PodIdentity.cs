namespace Crik.Store;

/// <summary>Tells whether two containers that ran one after the other are of one pod, on one boot of one machine.</summary>
/// <param name="Uid">The pod's UID; <see langword="null"/> where no kubelet made the container's mounts.</param>
internal sealed record PodIdentity(string? Uid, string HostName, string BootId)
{
    public static PodIdentity Read() => new(UidIn(Mount.ReadAll()), Environment.MachineName, ProcFs.Lines("/proc/sys/kernel/random/boot_id") is [var boot, ..] ? boot : "");

    /// <summary>
    /// Whether the run was in this pod. Where the UID is unknown, the host name has to do: it is another one in each container that is not
    /// merely restarted, unless somebody chose it.
    /// </summary>
    public bool IsOf(RunRecord run) => run.BootId == BootId && run.PodUid == Uid && (Uid is not null || run.HostName == HostName);

    /// <summary>
    /// Finds the UID in what the kubelet mounts into each container: <c>…/pods/UID/etc-hosts</c> as /etc/hosts, and the termination log from
    /// <c>…/pods/UID/containers/…</c>.
    /// </summary>
    internal static string? UidIn(IReadOnlyList<Mount> mounts)
    {
        foreach (Mount mount in mounts)
        {
            string[] parts = mount.Root.Split('/');
            for (int i = parts.Length - 3; i >= 0; i--)
            {
                if (parts[i] == "pods" && parts[i + 2] is "etc-hosts" or "containers" && IsUid(parts[i + 1]))
                {
                    return parts[i + 1];
                }
            }
        }

        return null;
    }

    /// <summary>A pod that the kubelet reads from a file has a UID without dashes.</summary>
    private static bool IsUid(string text) => text.Length is 32 or 36 && text.All(c => char.IsAsciiHexDigit(c) || c == '-');
}
