using Crik.Kubectl.Manifests;
using Crik.Pods;
using Crik.Registry;

namespace Crik.Kubectl.Tests.Manifests;

/// <summary>Injects the manifests of this repository, and others that are written in odd ways, and removes crik from them again.</summary>
public sealed class RoundTripTests
{
    private static readonly string[] s_folders = ["examples", "tests/Crik.Pods.Tests/bare"];

    /// <summary>Pod templates as people and templates of Helm write them.</summary>
    private static readonly Dictionary<string, string> s_odd = new()
    {
        ["keys without values"] = """
            kind: Deployment
            metadata: {name: web}
            spec:
              template:
                metadata:
                  annotations:
                  labels:
                    app: web
                spec:
                  volumes:
                  containers:
                    - name: web
                      env:   # none yet
                      securityContext:
                      command: [web]
            """,
        ["braces on a line of their own"] = """
            kind: Deployment
            metadata:
              name: web
            spec:
              template:
                metadata: {}
                spec:
                  securityContext:
                    {}
                  containers:
                    - name: web
                      securityContext:
                        {}
                      command:
                        ["web", # the program
                         "-x"]
                      resources:
                        {}
            """,
        ["values in quotes that are replaced"] = """
            kind: Pod
            metadata: {name: "web"}
            spec:
              terminationGracePeriodSeconds: 30   # the default
              containers:
              - name: "web"
                command: ['web']
                securityContext:
                  seccompProfile: {type: "RuntimeDefault"}  # usual
              - name: other
                securityContext:
                  seccompProfile:
                    type: 'RuntimeDefault'
            """,
        ["block texts and comments everywhere"] = """
            # first

            apiVersion: v1
            kind: Pod
            # about the metadata
            metadata:
              # about the name
              name: web
              annotations:
                script: |+
                  one
                    two

                folded: >-
                  a
                  b
                # the last comment of the annotations
            spec:
              containers:
              # about the container
              - name: web
                command:
                # about the program
                - sh
                - -c
                # about the script
                - |
                  echo "---"
                  exec web   # no comment
                # behind the command
                env:
                - name: A
                  value: |-
                    x
                # behind the variables
            # the end
            """,
        ["all on one line"] = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, command: [web]}]}}",
        ["JSON"] = "{\n\t\"kind\": \"Pod\",\n\t\"metadata\": {\"name\": \"web\"},\n\t\"spec\": {\n\t\t\"containers\": [\n\t\t\t{\n\t\t\t\t\"name\": \"web\",\n\t\t\t\t\"command\": [\n\t\t\t\t\t\"web\"\n\t\t\t\t]\n\t\t\t}\n\t\t]\n\t}\n}",
        ["quotes around keys"] = """
            "kind": "Pod"
            'metadata':
              "name": 'web'
            "spec":
              "containers":
                -
                  "name": web
                  "command":
                    -   "web"
                    -   '-x'
            """,
        ["the end of a document and empty documents"] = """
            # only a comment
            ---
            ---   # a comment of the document
            kind: Pod
            metadata: {name: web}
            spec: {containers: [{name: web, command: [web]}]}
            ...
            ---
            kind: Service
            metadata: {name: web}
            """,
        ["a CronJob with a claim"] = """
            kind: CronJob
            metadata: {name: nightly}
            spec:
              schedule: "0 3 * * *"
              jobTemplate:
                spec:
                  template:
                    metadata:
                      annotations: {crik.dev/claim: work}
                    spec:
                      restartPolicy: Never
                      containers:
                      - {name: work, command: [work]}
            """,
        ["a StatefulSet with claims"] = """
            kind: StatefulSet
            metadata: {name: db}
            spec:
              template:
                spec:
                  containers:
                  - name: db
                    command: [db]
                    volumeMounts:
                    - {name: data, mountPath: /data}   # the data
              volumeClaimTemplates:
              # about the data
              - metadata: {name: data}
                spec: {accessModes: [ReadWriteOnce]}
              # behind the claims
              updateStrategy: {type: OnDelete}
            """,
        ["a List of several kinds"] = """
            kind: List
            items:
            - kind: Deployment
              metadata: {name: a}
              spec:
                template:
                  spec:
                    containers: [{name: a, command: [a]}]
            # between them
            - kind: DaemonSet
              metadata: {name: b}
              spec: {template: {spec: {containers: [{name: b, command: [b]}]}}}
            -   kind: StatefulSet
                metadata:
                    name: c
                spec:
                    template:
                        spec:
                            containers:
                            -   name: c
                                command:
                                -   c
            """,
        ["other scripts"] = "kind: Pod\nmetadata:\n  name: web\n  annotations: {note: 'grün 🚀'} # 🚀🚀\nspec:\n  containers:\n  - name: web # ü\n    command: [\"🚀\", 'ß'] # 🚀\n",
    };

    public static TheoryData<string> Files =>
        [.. s_folders.SelectMany(folder => Directory.EnumerateFiles(Repository.In(folder), "*.yaml", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.In("."), path)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Odd => [.. s_odd.Keys];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_manifest_of_this_repository_comes_back_byte_for_byte(string path) =>
        await ComesBackAsync(await File.ReadAllTextAsync(Repository.In(path)));

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task An_odd_manifest_comes_back_byte_for_byte_and_is_changed(string name) =>
        Assert.True(await ComesBackAsync(s_odd[name] + "\n"), name);

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task Windows_line_breaks_are_kept_and_no_others_are_added(string name)
    {
        string injected = await InjectAsync((s_odd[name] + "\n").Replace("\n", "\r\n", StringComparison.Ordinal));

        Assert.Equal(injected.Count(static letter => letter == '\n'), injected.Split("\r\n").Length - 1);
    }

    /// <returns>Whether injection changed something.</returns>
    private static async Task<bool> ComesBackAsync(string text)
    {
        bool isChanged = false;
        foreach (string variant in new[] { text, text.Replace("\n", "\r\n", StringComparison.Ordinal), "\ufeff" + text, $"# before\n---\n{text}---\n# behind\n" })
        {
            string injected = await InjectAsync(variant);
            isChanged |= injected != variant;

            Assert.Equal(injected, await InjectAsync(injected));
            Assert.Equal(variant, Uninject(injected));
        }

        string withoutEnd = text.TrimEnd();
        Assert.Equal(withoutEnd, Uninject(await InjectAsync(withoutEnd)).TrimEnd('\n'));
        return isChanged;
    }

    private static async Task<string> InjectAsync(string text)
    {
        ManifestFile file = ManifestFile.Parse("x", text);
        ImageLookup images = static (_, _) => Task.FromResult(new ImageConfiguration("", ["entry"], ["x"]));
        await new ManifestInjection(new InjectionSettings("crik:1"), new Dictionary<string, IReadOnlyList<string>>(), images).ApplyAsync([file], CancellationToken.None);
        return file.Text;
    }

    private static string Uninject(string text)
    {
        ManifestFile file = ManifestFile.Parse("x", text);
        ManifestRemoval.Apply([file]);
        return file.Text;
    }
}
