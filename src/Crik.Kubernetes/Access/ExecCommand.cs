using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace Crik.Kubernetes.Access;

/// <summary>
/// The `exec` of a user in a kubeconfig: a command that prints a credential. See
/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins.
/// </summary>
internal sealed record ExecCommand
{
    private static readonly string[] s_versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

    public required string ApiVersion { get; init; }

    /// <summary>A name in the PATH, or the path of a file.</summary>
    public required string Command { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Never, IfAvailable or Always: whether the command may ask somebody at the terminal.</summary>
    public string InteractiveMode { get; init; } = "IfAvailable";

    public string? InstallHint { get; init; }

    /// <summary>The cluster, for a command that asks for it with provideClusterInfo.</summary>
    public JsonObject? Cluster { get; init; }

    public static ExecCommand Read(KubeconfigEntry exec, KubeconfigEntry cluster)
    {
        string version = exec.Text("apiVersion") ?? throw exec.Problem("the exec of the user has no apiVersion");
        if (!s_versions.Contains(version))
        {
            throw exec.Problem($"the exec of the user has the apiVersion '{version}'; it must be {string.Join(" or ", s_versions)}");
        }

        string mode = exec.Text("interactiveMode") ?? (version == s_versions[0] ? throw exec.Problem("the exec of the user has no interactiveMode") : "IfAvailable");
        if (mode is not ("Never" or "IfAvailable" or "Always"))
        {
            throw exec.Problem($"the interactiveMode must be Never, IfAvailable or Always, not '{mode}'");
        }

        string command = exec.Text("command") ?? throw exec.Problem("the exec of the user has no command");
        return new ExecCommand
        {
            ApiVersion = version,
            Command = command.Contains('/') ? exec.Resolve(command) : command,
            Arguments = [.. exec.Texts("args")],
            Environment = [.. exec.Parts("env").Select(Variable)],
            InteractiveMode = mode,
            InstallHint = exec.Text("installHint"),
            Cluster = exec.IsTrue("provideClusterInfo") ? ClusterInfo(cluster) : null,
        };
    }

    /// <summary>Makes the value of KUBERNETES_EXEC_INFO.</summary>
    public string Info(bool isInteractive)
    {
        JsonObject spec = new() { ["interactive"] = isInteractive };
        if (Cluster is not null)
        {
            spec["cluster"] = Cluster.DeepClone();
        }

        return new JsonObject { ["kind"] = "ExecCredential", ["apiVersion"] = ApiVersion, ["spec"] = spec }.ToJsonString();
    }

    private static KeyValuePair<string, string> Variable(KubeconfigEntry item) =>
        KeyValuePair.Create(item.Text("name") ?? throw item.Problem("an env of the exec has no name"), item.Text("value") ?? "");

    private static JsonObject ClusterInfo(KubeconfigEntry cluster)
    {
        JsonObject info = new() { ["server"] = cluster.Text("server") };
        foreach (string key in (string[])["tls-server-name", "certificate-authority-data", "proxy-url"])
        {
            if (cluster.Text(key) is { } value)
            {
                info[key] = value;
            }
        }

        if (!info.ContainsKey("certificate-authority-data") && cluster.Data("certificate-authority") is { } file)
        {
            info["certificate-authority-data"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(file.Read()));
        }

        if (cluster.IsTrue("insecure-skip-tls-verify"))
        {
            info["insecure-skip-tls-verify"] = true;
        }

        if (cluster.Parts("extensions").FirstOrDefault(item => item.Text("name") == "client.authentication.k8s.io/exec")?.Child("extension") is { } config)
        {
            info["config"] = ToJson(config);
        }

        return info;
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value ?? "", ToJson(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: var plain } => Plain(plain),
        YamlScalarNode { Value: var text } => text,
        _ => null,
    };

    private static JsonNode? Plain(string? text) => text switch
    {
        null or "" or "null" or "~" => null,
        "true" => true,
        "false" => false,
        _ when long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out long number) => number,
        _ => text,
    };
}
