using System.Text.Json.Nodes;
using Crik.Kubectl.Manifests;
using Crik.Pods;
using Crik.Registry;

namespace Crik.Kubectl.Tests.Manifests;

/// <summary>Adds crik to manifests as people write them, and removes it again.</summary>
public sealed class InjectionTests
{
    private const string Deployment = """
        # what this is
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web   # the name
          namespace: shop
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata:
              labels: {app: web}
            spec:
              containers:
                # the only container
                - name: web
                  image: "web:1"
                  command: ["python3", '-u']   # unbuffered
                  args: [app.py]

        """;

    private const string Stateful = """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: train}
        spec:
          serviceName: train
          selector: {matchLabels: {app: train}}
          template:
            metadata: {labels: {app: train}}
            spec:
              containers:
              - name: train
                image: train:1
                env:
                - {name: SEED, value: "1"}   # a number in quotes

        """;

    private const string List = """
        {
          "apiVersion": "v1",
          "kind": "List",
          "items": [
            {
              "apiVersion": "batch/v1",
              "kind": "Job",
              "metadata": {"name": "work"},
              "spec": {
                "template": {
                  "spec": {
                    "restartPolicy": "Never",
                    "containers": [{"name": "work", "image": "work:1", "command": ["work"]}]
                  }
                }
              }
            },
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
          ]
        }

        """;

    private const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata:
            name: single
        spec:
            containers:
            -   name: app
                image: app:1
                command:
                - run   # it
                securityContext: {}
                volumeMounts: []
        """;

    private const string Anchored = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: two}
        spec:
          selector: {matchLabels: &labels {app: two}}
          template:
            metadata: {labels: *labels}
            spec:
              containers:
              - name: two
                image: two:1
                command: [two]
                env: &env
                - {name: A, value: b}
              - name: side
                image: side:1
                command: [side]

        """;

    public static TheoryData<string, string> Manifests => new()
    {
        { "Deployment", Deployment }, { "StatefulSet", Stateful }, { "List in JSON", List }, { "Pod without a line break at its end", Pod }, { "anchors", Anchored },
        { "CRLF", Deployment.Replace("\n", "\r\n", StringComparison.Ordinal) }, { "several documents", $"{Deployment}---\n{Stateful}---\n# nothing\n---\n{Pod}\n" },
        { "byte order mark", "\ufeff" + Deployment },
    };

    [Theory]
    [MemberData(nameof(Manifests))]
    public async Task What_is_injected_and_uninjected_is_the_same_byte_for_byte(string name, string text)
    {
        (string injected, _) = await InjectAsync(text);
        ManifestFile file = ManifestFile.Parse("x", injected);
        ManifestRemoval.Apply([file]);

        Assert.NotEqual((name, text), (name, injected));
        Assert.Equal((name, text.TrimEnd('\n')), (name, file.Text.TrimEnd('\n')));
        Assert.True(file.Text.Length - text.Length is 0 or 1, "at most a line break at the end was added, before another document");
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public async Task A_second_injection_changes_nothing(string name, string text)
    {
        (string once, _) = await InjectAsync(text);
        (string twice, IReadOnlyList<ManifestReport> reports) = await InjectAsync(once);

        Assert.Equal((name, once), (name, twice));
        Assert.All(reports, report => Assert.Equal("already injected", report.Outcome));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public async Task The_values_are_those_that_the_rules_ask_for(string name, string text)
    {
        (string injected, _) = await InjectAsync(text);
        (ManifestObject Item, int Index)[] before = [.. Objects(text).Where(item => item.Template is not null).Select((item, index) => (item, index))];
        ManifestObject[] after = [.. Objects(injected).Where(item => item.Template is not null)];

        foreach ((ManifestObject item, int index) in before)
        {
            PodToInject pod = item.ToPod(new Dictionary<string, NamespaceFacts>());
            Dictionary<string, ImageConfiguration> images = new() { ["train"] = new ImageConfiguration("", ["train"], []) };
            InjectionPlan.Injected plan = Assert.IsType<InjectionPlan.Injected>(Injector.Plan(pod, new InjectionSettings("crik:1"), images));
            Assert.True(JsonNode.DeepEquals(JsonPatch.Apply(item.Template!, plan.Changes), after[index].Template), name);
        }
    }

    [Fact]
    public async Task A_StatefulSet_gets_a_template_for_claims_and_others_get_a_claim()
    {
        ManifestObject stateful = Objects((await InjectAsync(Stateful)).Text).Single();
        ManifestObject[] deployment = [.. Objects((await InjectAsync(Deployment)).Text)];
        ManifestObject[] list = [.. Objects((await InjectAsync(List)).Text)];

        Assert.Equal("checkpoints", (string)stateful.Json["spec"]!["volumeClaimTemplates"]![0]!["metadata"]!["name"]!);
        Assert.Equal(("PersistentVolumeClaim/checkpoints-web", "shop"), (deployment[1].Title, deployment[1].Namespace));
        Assert.Equal(["Job/work", "Service/web", "PersistentVolumeClaim/checkpoints-work"], list.Select(item => item.Title));
    }

    [Theory]
    [InlineData("# what this is")]
    [InlineData("# the name")]
    [InlineData("# the only container")]
    [InlineData("""command: [/opt/crik/bin/crik, run, --, "python3", '-u']   # unbuffered""")]
    public async Task Comments_and_the_quotes_of_a_command_stay(string text) =>
        Assert.Contains(text, (await InjectAsync(Deployment)).Text, StringComparison.Ordinal);

    [Theory]
    [InlineData("DaemonSet", "skipped (DaemonSet)", false)]
    [InlineData("Deployment", "skipped (CommandUnknown): container a names no command, and the ENTRYPOINT of its image could not be read: no route", true)]
    public async Task What_cannot_be_injected_stays_as_it_is_and_says_why(string kind, string outcome, bool isProblem)
    {
        string text = $"kind: {kind}\nmetadata: {{name: x}}\nspec:\n  template:\n    spec:\n      containers:\n      - {{name: a, image: a}}\n";

        (string after, IReadOnlyList<ManifestReport> reports) = await InjectAsync(text, static (_, _) => throw new RegistryException(RegistryFailure.NoAnswer, "no route"));

        Assert.Equal(text, after);
        Assert.StartsWith(outcome, Assert.Single(reports).Outcome, StringComparison.Ordinal);
        Assert.Equal(isProblem, reports[0].IsProblem);
    }

    [Fact]
    public async Task The_ENTRYPOINT_of_an_image_comes_from_its_registry()
    {
        List<string> asked = [];
        (string text, _) = await InjectAsync(Stateful, (image, _) =>
        {
            asked.Add(image);
            return Task.FromResult(new ImageConfiguration("sha256:1", ["/entry", "x y"], ["serve"]));
        });

        Assert.Equal(["train:1"], asked);
        JsonNode container = Objects(text).Single().Template!["spec"]!["containers"]![0]!;
        Assert.Equal(["/opt/crik/bin/crik", "run", "--", "/entry", "x y"], container["command"]!.AsArray().Select(word => (string)word!));
        Assert.Equal(["serve"], container["args"]!.AsArray().Select(word => (string)word!));
    }

    [Fact]
    public async Task An_anchor_that_other_places_use_is_refused_with_its_file_and_line()
    {
        string text = Anchored.Replace("command: [side]", "command: [side]\n        env: *env", StringComparison.Ordinal);

        KubectlException problem = await Assert.ThrowsAsync<KubectlException>(() => InjectAsync("# first\n---\n" + text));

        Assert.Matches(@"^x:1[0-9]: cannot change /spec/template/spec/containers/0/env.* anchor \(&\)", problem.Message);
    }

    [Fact]
    public async Task A_volumeClaimTemplate_for_checkpoints_that_is_there_is_used()
    {
        string text = Stateful.TrimEnd() + "\n  volumeClaimTemplates:\n  - {metadata: {name: checkpoints}, spec: {accessModes: [ReadWriteOnce]}}\n";

        Assert.Single(Objects((await InjectAsync(text)).Text).Single().Json["spec"]!["volumeClaimTemplates"]!.AsArray());
    }

    [Fact]
    public void A_mistake_in_a_file_of_several_documents_is_reported_with_its_line_in_the_file()
    {
        ManifestFile file = ManifestFile.Parse("all.yaml", "a: 1\n---\nb: 1\n---\nc: [\n");

        KubectlException problem = Assert.Throws<KubectlException>(() => file.Documents.SelectMany(document => document.Objects()).ToArray());

        Assert.StartsWith("all.yaml:6: ", problem.Message, StringComparison.Ordinal);
    }

    private static ManifestObject[] Objects(string text) => [.. ManifestFile.Parse("x", text).Documents.SelectMany(document => document.Objects())];

    private static async Task<(string Text, IReadOnlyList<ManifestReport> Reports)> InjectAsync(string text, ImageLookup? images = null)
    {
        ManifestFile file = ManifestFile.Parse("x", text);
        ImageLookup known = images ?? (static (_, _) => Task.FromResult(new ImageConfiguration("", ["train"], [])));
        IReadOnlyList<ManifestReport> reports = await new ManifestInjection(new InjectionSettings("crik:1"), new Dictionary<string, IReadOnlyList<string>>(), known)
            .ApplyAsync([file], CancellationToken.None);
        return (file.Text, reports);
    }
}
