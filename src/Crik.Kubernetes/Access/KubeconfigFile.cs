using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using YamlDotNet.RepresentationModel;

namespace Crik.Kubernetes.Access;

/// <summary>
/// Reads the current context of a kubeconfig file. Plugins for credentials (exec, auth-provider) are refused.
/// </summary>
internal sealed class KubeconfigFile
{
    private readonly string _path;
    private readonly string _directory;

    private KubeconfigFile(string path)
    {
        _path = path;
        _directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
    }

    public static ClusterAccess Read(string path)
    {
        try
        {
            YamlMappingNode root = KubeconfigYaml.Load(path, File.ReadAllText(path)) ?? throw new ClusterConfigurationException($"{path}: the file is empty");
            return new KubeconfigFile(path).Read(root);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ClusterConfigurationException($"{path}: {exception.Message}", exception);
        }
    }

    private ClusterAccess Read(YamlMappingNode root)
    {
        string current = Text(root, "current-context") ?? throw Problem("the file has no current-context");
        YamlMappingNode context = Named(root, "contexts", "context", current);
        YamlMappingNode cluster = Named(root, "clusters", "cluster", Text(context, "cluster") ?? throw Problem($"the context '{current}' does not name a cluster"));
        YamlMappingNode? user = Text(context, "user") is { } name ? Named(root, "users", "user", name) : null;
        if (user is not null && (Child(user, "exec") ?? Child(user, "auth-provider")) is not null && Text(user, "token") is null)
        {
            throw Problem(
                "the user needs a plugin (exec or auth-provider), but this server does not run plugins; " +
                "use a token or a client certificate");
        }

        return new ClusterAccess
        {
            Server = Address(Text(cluster, "server") ?? throw Problem("the cluster has no server")),
            Authorities = Authorities(cluster),
            SkipTlsVerify = Text(cluster, "insecure-skip-tls-verify") == "true",
            TlsServerName = Text(cluster, "tls-server-name"),
            ClientCertificate = user is null ? null : ClientCertificate(user),
            Token = user is null ? null : Token(user),
        };
    }

    private Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "https" or "http"
            ? address
            : throw Problem($"the server must be an https or http address, not '{text}'");

    private X509Certificate2Collection Authorities(YamlMappingNode cluster)
    {
        X509Certificate2Collection authorities = [];
        if (Pem(cluster, "certificate-authority") is { } pem)
        {
            authorities.ImportFromPem(pem);
            if (authorities.Count == 0)
            {
                throw Problem("the certificate-authority contains no certificate");
            }
        }

        return authorities;
    }

    private X509Certificate2? ClientCertificate(YamlMappingNode user) =>
        Pem(user, "client-certificate") is { } certificate
            ? X509Certificate2.CreateFromPem(certificate, Pem(user, "client-key") ?? throw Problem("the user has a client-certificate but no client-key"))
            : null;

    private TokenSource? Token(YamlMappingNode user) =>
        Text(user, "tokenFile") is { } file ? TokenSource.FromFile(Path.Combine(_directory, file), TimeProvider.System)
        : Text(user, "token") is { } token ? TokenSource.Fixed(token)
        : null;

    /// <summary>
    /// Returns the PEM text in `key-data`, or of the file that `key` names. `key-data` wins. The path of the file is
    /// relative to the directory of the kubeconfig.
    /// </summary>
    private string? Pem(YamlMappingNode node, string key) =>
        Text(node, key + "-data") is { } data ? Decoded(key, data)
        : Text(node, key) is { } file ? File.ReadAllText(Path.Combine(_directory, file))
        : null;

    private string Decoded(string key, string data)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(data));
        }
        catch (FormatException)
        {
            throw Problem($"{key}-data is not valid base64");
        }
    }

    private YamlMappingNode Named(YamlMappingNode root, string list, string kind, string name)
    {
        IEnumerable<YamlNode> items = Child(root, list) is YamlSequenceNode sequence ? sequence.Children : [];
        return items.OfType<YamlMappingNode>().FirstOrDefault(item => Text(item, "name") == name) is { } found && Child(found, kind) is YamlMappingNode value
            ? value
            : throw Problem($"the file has no {kind} '{name}'");
    }

    private static YamlNode? Child(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) && value is not YamlScalarNode { Value: null or "" or "null" } ? value : null;

    private static string? Text(YamlMappingNode node, string key) => (Child(node, key) as YamlScalarNode)?.Value;

    private ClusterConfigurationException Problem(string problem) => new($"{_path}: {problem}");
}
