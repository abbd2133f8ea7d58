using System.Security.Cryptography;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Crik.Kubernetes.Access;

/// <summary>
/// One or more kubeconfig files, merged as kubectl does: the first file that has a context, cluster or user of a name
/// wins, and the first file with a current-context. Files that do not exist are skipped. See Load of
/// ClientConfigLoadingRules in k8s.io/client-go.
/// </summary>
internal sealed class Kubeconfig
{
    private readonly string _paths;
    private readonly KubeconfigEntry[] _files;

    private Kubeconfig(string paths, KubeconfigEntry[] files) => (_paths, _files) = (paths, files);

    public static Kubeconfig Load(string paths)
    {
        string[] all = paths.Split(':', StringSplitOptions.RemoveEmptyEntries);
        string[] existing = [.. all.Where(File.Exists)];
        if (existing.Length == 0)
        {
            throw new ClusterConfigurationException($"{paths}: {(all.Length == 1 ? "the file does not exist" : "none of these files exists")}");
        }

        KubeconfigEntry[] files = [.. existing.Select(Parse).OfType<KubeconfigEntry>()];
        return files.Length == 0 ? throw new ClusterConfigurationException($"{paths}: the file is empty") : new Kubeconfig(string.Join(':', existing), files);
    }

    /// <param name="context">Null means the current-context.</param>
    public ClusterAccess Access(string? context, Func<string, string?> environment)
    {
        string name = context ?? _files.Select(file => file.Text("current-context")).FirstOrDefault(text => text is not null)
            ?? throw Problem("the file has no current-context");
        KubeconfigEntry chosen = Named("contexts", "context", name);
        KubeconfigEntry cluster = Named("clusters", "cluster", chosen.Text("cluster") ?? throw chosen.Problem($"the context '{name}' does not name a cluster"));
        KubeconfigEntry? user = chosen.Text("user") is { } userName ? Named("users", "user", userName) : null;
        ClusterAccess access = new()
        {
            Server = Address(cluster),
            Namespace = chosen.Text("namespace"),
            Authorities = cluster.Data("certificate-authority"),
            SkipTlsVerify = cluster.IsTrue("insecure-skip-tls-verify"),
            TlsServerName = cluster.Text("tls-server-name"),
            Credentials = user is null ? Credentials.None : KubeconfigUser.Credentials(user, cluster),
            Impersonation = user is null ? [] : [.. KubeconfigUser.Impersonation(user)],
            Proxy = Proxy(cluster, environment),
        };
        return Checked(access, cluster, user);
    }

    /// <summary>Reads the certificates once, so that what is wrong with them is reported at the start.</summary>
    private static ClusterAccess Checked(ClusterAccess access, KubeconfigEntry cluster, KubeconfigEntry? user)
    {
        KubeconfigEntry whose = cluster;
        try
        {
            if (access.Authorities is { } authorities && Certificates.Authorities(authorities.Read()).Count == 0)
            {
                throw cluster.Problem("the certificate-authority contains no certificate");
            }

            whose = user ?? cluster;
            if (access.Credentials is ConfiguredCredentials { Certificate: { } certificate, Key: { } key })
            {
                Certificates.Client(new CertificatePem(certificate.Read(), key.Read())).Dispose();
            }

            return access;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw whose.Problem(exception.Message, exception);
        }
    }

    private static Uri Address(KubeconfigEntry cluster)
    {
        string text = cluster.Text("server") ?? throw cluster.Problem("the cluster has no server");
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "https" or "http"
            ? address
            : throw cluster.Problem($"the server must be an https or http address, not '{text}'");
    }

    private static ProxyRules Proxy(KubeconfigEntry cluster, Func<string, string?> environment) =>
        cluster.Text("proxy-url") is not { } text ? ProxyRules.OfEnvironment(environment)
        : ProxyRules.Parse(text) is { } proxy ? ProxyRules.Always(proxy)
        : throw cluster.Problem($"the proxy-url must be an http, https or socks5 address, not '{text}'");

    private static KubeconfigEntry? Parse(string path)
    {
        YamlStream stream = [];
        try
        {
            stream.Load(new StringReader(File.ReadAllText(path)));
        }
        catch (YamlException exception)
        {
            throw new ClusterConfigurationException($"{path}:{exception.Start.Line}: is not valid YAML: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet throws these too, for example for a tag that is not a URI.
            throw new ClusterConfigurationException($"{path}: is not valid YAML: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ClusterConfigurationException($"{path}: {exception.Message}", exception);
        }

        return stream.Documents switch
        {
            [] or [{ RootNode: YamlScalarNode { Value: null or "" } }] => null,
            [{ RootNode: YamlMappingNode root }] => new KubeconfigEntry(root, path),
            _ => throw new ClusterConfigurationException($"{path}: must contain exactly one YAML document, and that must be a mapping"),
        };
    }

    private KubeconfigEntry Named(string list, string kind, string name) =>
        _files.SelectMany(file => file.Parts(list)).FirstOrDefault(item => item.Text("name") == name)?.Part(kind)
            ?? throw Problem($"the file has no {kind} '{name}'");

    private ClusterConfigurationException Problem(string problem) => new($"{_paths}: {problem}");
}
