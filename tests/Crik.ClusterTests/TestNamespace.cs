using System.Text.RegularExpressions;

namespace Crik.ClusterTests;

/// <summary>A namespace for the objects of one test. Its objects go with it, in the background.</summary>
internal sealed partial class TestNamespace : IDisposable
{
    private const string Label = "crik-test";

    private readonly Cluster _cluster;

    public TestNamespace(Cluster cluster)
    {
        _cluster = cluster;
        Name = $"test-{Guid.NewGuid():n}"[..12];
        Cluster.Kubectl("create", "namespace", Name);
        Cluster.Kubectl("label", "namespace", Name, $"{Label}=");
    }

    public string Name { get; }

    public ApiServer Api => _cluster.Api;

    /// <summary>Deletes what tests left behind that were interrupted.</summary>
    public static void DeleteAll() => Cluster.Kubectl("delete", "namespaces", "--selector", Label, "--wait=false");

    public void Dispose() => Cluster.Kubectl("delete", "namespace", Name, "--wait=false");

    public string Kubectl(params string[] arguments) => Cluster.Kubectl(["--namespace", Name, .. arguments]);

    /// <summary>Runs kubectl crik in this namespace.</summary>
    /// <returns>Its output.</returns>
    /// <exception cref="CommandException">It failed.</exception>
    public string Crik(params string[] arguments)
    {
        (int code, string output, string errors) = TryCrik(arguments);
        return code == 0 ? output : throw new CommandException($"kubectl crik {string.Join(' ', arguments)} ended with exit code {code}:\n{output}{errors}");
    }

    public (int Code, string Output, string Errors) TryCrik(params string[] arguments)
    {
        CommandResult result = Command.Run(Repository.In("artifacts/kubectl-crik"), [.. arguments, "--kubeconfig", _cluster.Paths["KUBECONFIG"], "--namespace", Name]);
        return (result.ExitCode, result.Output, result.Errors);
    }

    /// <summary>Applies a manifest of examples/ with the images of this cluster.</summary>
    /// <param name="changes">Further texts to replace. Each of them is in the manifest.</param>
    public void Apply(string example, params (string Published, string Here)[] changes)
    {
        string manifest = Image().Replace(File.ReadAllText(Repository.In($"examples/{example}")), "$1localhost/$2:test");
        foreach ((string published, string here) in changes)
        {
            Assert.Contains(published, manifest, StringComparison.Ordinal);
            manifest = manifest.Replace(published, here, StringComparison.Ordinal);
        }

        ApplyText(manifest);
    }

    public void ApplyText(string manifest) => Command.OutputWithInput(manifest, Cluster.Script, "kubectl", "--namespace", Name, "apply", "-f", "-");

    /// <summary>The objects of a kind: "api/v1" and "pods", or "apis/apps/v1" and "statefulsets".</summary>
    public string PathOf(string api, string kind) => $"{api}/namespaces/{Name}/{kind}";

    /// <summary>The archives of this namespace that the kubelet, and those that the agent, has on a node.</summary>
    public string ArchivesOn(string node) =>
        Cluster.Control("node", node, "find", "/var/lib/kubelet/checkpoints", "-type", "f", "(", "-name", $"*_{Name}-*", "-o", "-path", "*/crik/*", ")");

    /// <summary>The directory of the host that is the volume of a claim.</summary>
    public string Volume(string claim)
    {
        string volume = (string)Api.Read(PathOf("api/v1", $"persistentvolumeclaims/{claim}"))["spec"]!["volumeName"]!;
        string path = (string)Api.Read($"api/v1/persistentvolumes/{volume}")["spec"]!["hostPath"]!["path"]!;
        return Path.Combine(_cluster.Paths["SHARED"], "volumes", Path.GetFileName(path));
    }

    [GeneratedRegex("(image: )(crik-[a-z]+):latest")]
    private static partial Regex Image();
}
