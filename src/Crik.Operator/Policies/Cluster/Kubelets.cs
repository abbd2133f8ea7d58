using System.Net;
using System.Text.Json.Nodes;
using Crik.Hosting;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Operator.Configuration;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Policies.Cluster;

/// <summary>
/// Asks kubelets for their summaries, which needs the right to get `nodes/stats`. The certificate of a kubelet is verified before it
/// gets a token, unless the administrator has said otherwise.
/// </summary>
internal sealed class Kubelets(KubeletTokens tokens, PolicyOptions options, ClusterAccess cluster) : IDisposable
{
    /// <summary>250 pods need less than 1 MB.</summary>
    private const int LongestSummary = 16 << 20;

    private readonly Dictionary<string, (string Address, KubernetesApi Api)> _peers = new(StringComparer.Ordinal);
    private string? _token;

    public bool MayBeAsked => tokens.Account is not null;

    /// <summary>Makes connections to the kubelets of these nodes, with a token that is valid for a while.</summary>
    /// <exception cref="KubernetesException">There is no token.</exception>
    public async Task PrepareAsync(IReadOnlyList<JsonObject> nodes, CancellationToken cancellationToken)
    {
        string token = await tokens.GetAsync(cancellationToken);
        Dictionary<string, string> addresses = new(StringComparer.Ordinal);
        foreach (JsonObject node in nodes)
        {
            if (node.At("metadata", "name").Text() is { } name && AddressOf(node) is { } address)
            {
                addresses[name] = address;
            }
        }

        foreach ((string name, (string address, KubernetesApi api)) in _peers.Where(one => token != _token || addresses.GetValueOrDefault(one.Key) != one.Value.Address).ToArray())
        {
            api.Dispose();
            _peers.Remove(name);
        }

        _token = token;
        foreach ((string name, string address) in addresses)
        {
            if (!_peers.ContainsKey(name))
            {
                _peers[name] = (address, Connect(address, token));
            }
        }
    }

    /// <exception cref="KubernetesException">The kubelet does not answer, or refuses.</exception>
    public async Task<JsonObject> SummaryAsync(string node, CancellationToken cancellationToken)
    {
        if (!_peers.TryGetValue(node, out (string Address, KubernetesApi Api) peer))
        {
            throw new KubernetesException(KubernetesFailure.NoAnswer, "the Node has no InternalIP that is an IP address, so its load is not known");
        }

        try
        {
            byte[] answer = await BoundedAnswer.ReadAsync(peer.Api, HttpMethod.Get, "/stats/summary?only_cpu_and_memory=true", null, LongestSummary, cancellationToken);
            return UntrustedJson.ParseObject(answer) ?? throw new KubernetesException(KubernetesFailure.NotUnderstood, "its summary is not valid");
        }
        catch (KubernetesException refusal) when (refusal.Status is HttpStatusCode.Unauthorized)
        {
            tokens.Refused(_token);
            throw;
        }
    }

    public void Dispose()
    {
        foreach ((_, KubernetesApi api) in _peers.Values)
        {
            api.Dispose();
        }
    }

    /// <summary>The API server does not check what a Node says of its addresses. The bytes alone are used, because a text can have a zone or a port.</summary>
    private static string? AddressOf(JsonObject node) => node.At("status", "addresses").Maps()
        .Where(static one => one.At("type").Text() is "InternalIP")
        .Select(static one => IPAddress.TryParse(one.At("address").Text(), out IPAddress? address) ? new IPAddress(address.GetAddressBytes()).ToString() : null)
        .FirstOrDefault(static one => one is not null);

    private KubernetesApi Connect(string address, string token) => new(
        new ClusterAccess
        {
            Server = new UriBuilder("https", address, options.KubeletPort).Uri,
            Authorities = options.KubeletCaFile is { } file ? ConfiguredText.FromFile(file, TimeProvider.System) : cluster.Authorities,
            Credentials = Credentials.Bearer(ConfiguredText.Fixed(token)),
            SkipTlsVerify = options.SkipsKubeletTls,
        },
        $"crik-operator/{ProductVersion.Current}")
    {
        Peer = "the kubelet",
    };
}
