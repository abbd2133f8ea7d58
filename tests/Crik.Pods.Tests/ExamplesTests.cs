using System.Text.Json.Nodes;
using Crik.Pods.Annotations;

namespace Crik.Pods.Tests;

/// <summary>
/// Injects the manifests in bare/, which need nothing but a few annotations, and compares the result with what is written
/// by hand in examples/.
/// </summary>
public sealed class ExamplesTests
{
    private const string CrikDirectory = "/etc/crik";

    public static TheoryData<string> Manifests => [.. Names("tests/Crik.Pods.Tests/bare")];

    [Fact]
    public void Every_example_has_a_bare_form() => Assert.Equal(
        Names("examples").Where(name => name is not "configmap.yaml"), Names("tests/Crik.Pods.Tests/bare"));

    [Theory]
    [MemberData(nameof(Manifests))]
    public void The_injected_form_is_what_is_written_by_hand(string name)
    {
        JsonObject[] byHand = YamlDocuments.Read($"examples/{name}");
        JsonObject workload = byHand.Single(item => item["spec"]?["template"] is not null);
        JsonObject bare = YamlDocuments.Read($"tests/Crik.Pods.Tests/bare/{name}").Single();
        PodToInject pod = new((JsonObject)bare["spec"]!["template"]!, Controller(bare), NamespaceFacts.Unknown) { IsTemplate = true };

        InjectionPlan.Injected plan = Pods.Inject(pod, Pods.Image(["crik", "run", "--"], []));

        bare["spec"]!["template"] = JsonPatch.Apply(pod.Pod, plan.Changes);
        JsonObject claim = plan.Claim!.ToManifest();
        if (plan.Claim.IsTemplate)
        {
            bare["spec"]!["volumeClaimTemplates"] = new JsonArray(claim);
        }
        else
        {
            AssertSame(byHand.Single(item => (string?)item["kind"] is "PersistentVolumeClaim"), claim);
        }

        AssertSame(Normal(workload, byHand), Normal(bare, []));
    }

    private static IEnumerable<string> Names(string directory) =>
        Directory.EnumerateFiles(Repository.In(directory), "*.yaml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private static PodController Controller(JsonObject workload) => new(
        (string)workload["kind"]!, (string)workload["metadata"]!["name"]!, (int?)(long?)workload["spec"]!["replicas"] ?? (int?)(long?)workload["spec"]!["parallelism"]);

    /// <summary>
    /// Leaves out what is no difference to crik: its own annotations, the order of variables, and whether a setting comes
    /// from a variable or from a ConfigMap.
    /// </summary>
    private static JsonObject Normal(JsonObject workload, JsonObject[] manifest)
    {
        JsonObject normal = (JsonObject)workload.DeepClone();
        JsonObject template = (JsonObject)normal["spec"]!["template"]!;
        JsonObject pod = (JsonObject)template["spec"]!;
        JsonObject container = (JsonObject)pod["containers"]![0]!;
        (template["metadata"] as JsonObject)?.Remove("annotations");
        if (template["metadata"] is JsonObject { Count: 0 })
        {
            template.Remove("metadata");
        }

        List<JsonNode> variables = [.. container["env"]!.AsArray().Select(variable => variable!.DeepClone())];
        variables.AddRange(TakeConfigMap(pod, container, manifest).Where(setting => !variables.Exists(variable => (string?)variable["name"] == (string?)setting["name"])));
        container["env"] = new JsonArray([.. variables.OrderBy(variable => (string?)variable["name"], StringComparer.Ordinal)]);
        return normal;
    }

    /// <summary>Removes the volume with the configuration, and gives its settings as variables.</summary>
    private static JsonObject[] TakeConfigMap(JsonObject pod, JsonObject container, JsonObject[] manifest)
    {
        if (container["volumeMounts"]!.AsArray().FirstOrDefault(mount => (string?)mount!["mountPath"] is CrikDirectory) is not { } mount)
        {
            return [];
        }

        JsonNode volume = pod["volumes"]!.AsArray().Single(candidate => (string?)candidate!["name"] == (string?)mount["name"])!;
        string map = (string)volume["configMap"]!["name"]!;
        container["volumeMounts"]!.AsArray().Remove(mount);
        pod["volumes"]!.AsArray().Remove(volume);
        if (pod["volumes"] is JsonArray { Count: 0 })
        {
            pod.Remove("volumes");
        }

        JsonObject configuration = manifest.Concat(YamlDocuments.Read("examples/configmap.yaml"))
            .First(item => (string?)item["kind"] is "ConfigMap" && (string?)item["metadata"]!["name"] == map);
        return [.. ((string)configuration["data"]!["config.yaml"]!).Split('\n').Where(line => line.Length > 0 && line[0] is not ('#' or ' ')).Select(line => new JsonObject
        {
            ["name"] = ConfigurationKeys.Find(line.Split(": ")[0])!.EnvironmentName,
            ["value"] = line.Split(": ", 2)[1],
        })];
    }

    private static void AssertSame(JsonObject byHand, JsonObject injected) =>
        Assert.True(JsonNode.DeepEquals(byHand, injected), $"by hand:  {byHand.ToJsonString()}\ninjected: {injected.ToJsonString()}");
}
