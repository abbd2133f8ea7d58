using System.Net;

namespace Crik.Store;

/// <summary>
/// Finds the variables of a pod's environment that are the same in every pod of one template. The others tell about the pod or the node, such
/// as its name and its address, list the services of the namespace, or are credentials, which are often made anew for each pod.
/// </summary>
internal static class LastingVariables
{
    /// <summary>Kubernetes has no rule for the names of these, so that the variables are recognized by a part of the name.</summary>
    private static readonly string[] s_owners = ["POD", "NODE", "HOST", "HOSTNAME", "CONTAINER"];
    private static readonly string[] s_ofOwners = ["NAME", "IP", "IPS", "ID", "UID", "ADDR", "ADDRESS", "HOSTNAME"];

    /// <summary>
    /// A shell or Python sets these, if it starts crik. The working directory counts by itself. CRI-O sets TERM in every container, and
    /// containerd only in one with a terminal.
    /// </summary>
    private static readonly string[] s_ofStarter = ["PWD", "OLDPWD", "SHLVL", "_", "LC_CTYPE", "TERM"];

    private static readonly string[] s_credentials = ["TOKEN", "SECRET", "PASSWORD", "KEY", "CREDENTIALS"];

    /// <summary>A shorter value may be part of any other one by chance.</summary>
    private const int LeastLength = 4;

    /// <param name="environment"><c>NAME=value</c> entries.</param>
    /// <param name="hostName">The host name of the container, which a pod has for itself.</param>
    public static IEnumerable<(string Name, string Value)> Of(IReadOnlyList<string> environment, string hostName)
    {
        List<(string Name, string Value)> lasting = [];
        List<string> ofPod = [hostName];
        foreach (string entry in environment)
        {
            int end = entry.IndexOf('=', StringComparison.Ordinal);
            if (end < 0)
            {
                continue; // the kernel takes any text for an entry
            }

            (string name, string value) = (entry[..end], entry[(end + 1)..]);
            if (IsOfPod(name, value))
            {
                ofPod.Add(value);
            }
            else if (name == CrikVersion.OfProgram || !(name.StartsWith("CRIK_", StringComparison.Ordinal) || s_ofStarter.Contains(name) || IsServiceLink(name, value)))
            {
                lasting.Add((name, value));
            }
        }

        ofPod.RemoveAll(value => value.Length < LeastLength);
        return lasting.Where(variable => !ofPod.Any(value => variable.Value.Contains(value, StringComparison.Ordinal)));
    }

    private static bool IsOfPod(string name, string value)
    {
        string[] parts = name.Split('_');
        return name == "HOSTNAME" || parts.Any(s_credentials.Contains) || (parts.Length > 1 && s_ofOwners.Contains(parts[^1]) && parts[..^1].Any(s_owners.Contains))
            || value.Split(',').All(IsAddress) || Guid.TryParseExact(value, "D", out _);
    }

    /// <summary>An address in its full form: .NET also takes 1.5 for one.</summary>
    private static bool IsAddress(string value) => (value.Contains(':') || value.Split('.').Length == 4) && IPAddress.TryParse(value, out _);

    /// <summary>Tells variables of a service (enableServiceLinks; pkg/kubelet/envvars in Kubernetes). Services come and go beside the pod.</summary>
    private static bool IsServiceLink(string name, string value) =>
        name.EndsWith("_SERVICE_HOST", StringComparison.Ordinal) || name.EndsWith("_SERVICE_PORT", StringComparison.Ordinal)
        || name.Contains("_SERVICE_PORT_", StringComparison.Ordinal) || value.StartsWith("tcp://", StringComparison.Ordinal)
        || value.StartsWith("udp://", StringComparison.Ordinal) || value.StartsWith("sctp://", StringComparison.Ordinal)
        || name.Contains("_TCP_", StringComparison.Ordinal) || name.Contains("_UDP_", StringComparison.Ordinal);
}
