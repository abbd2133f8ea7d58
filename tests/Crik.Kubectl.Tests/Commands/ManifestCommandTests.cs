using System.Text;

namespace Crik.Kubectl.Tests.Commands;

/// <summary>What `inject`, `uninject` and `explain -f` print, and their exit codes.</summary>
public sealed class ManifestCommandTests : IDisposable
{
    private const string Pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec:\n  containers:\n  - {name: app, image: app:1, command: [app]}\n";
    private const string NoCommand = "kind: Pod\nmetadata: {name: two}\nspec: {containers: [{name: app, image: 'no image'}]}\n";

    private readonly TempDirectory _files = new();

    [Fact]
    public async Task Manifests_come_from_standard_input_and_go_to_standard_output()
    {
        (int code, string injected, string error) = await RunAsync(Pod, "inject", "-f", "-");
        (_, string output, _) = await RunAsync(injected, "uninject", "-f", "-");

        Assert.Equal((0, "Pod/one: injected\n"), (code, error));
        Assert.Contains("command: [/opt/crik/bin/crik, run, --, app]", injected, StringComparison.Ordinal);
        Assert.Equal(Pod, output);
    }

    [Fact]
    public async Task A_dry_run_lists_each_change_with_its_reason_and_prints_no_manifest()
    {
        (int code, string output, _) = await RunAsync(Pod, "inject", "-f", "-", "--dry-run");

        Assert.Equal(0, code);
        Assert.StartsWith("Pod/one: injected\n  replace /spec/containers/0/command [\"/opt/crik/bin/crik\",\"run\",\"--\",\"app\"]\n      crik starts the program", output, StringComparison.Ordinal);
        Assert.DoesNotContain("apiVersion: v1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_needs_no_change_is_printed_as_it_is()
    {
        const string text = "# nothing to do\nkind: ConfigMap   # only this\nmetadata: {name: x}\n";

        Assert.Equal((0, text, "nothing to inject was found\n"), await RunAsync(text, "inject", "-f", "-"));
    }

    [Fact]
    public async Task An_object_that_cannot_be_injected_is_printed_unchanged_with_exit_code_1()
    {
        (int code, string output, string error) = await RunAsync(NoCommand, "inject", "-f", "-");

        Assert.Equal((1, NoCommand), (code, output));
        Assert.StartsWith("Pod/two: skipped (CommandUnknown): container app names no command", error, StringComparison.Ordinal);
        Assert.Contains("--entrypoint", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[\"server\", \"-x\"]", "command: [/opt/crik/bin/crik, run, --, server, -x]")]
    [InlineData("app=[\"server\"]", "command: [/opt/crik/bin/crik, run, --, server]")]
    public async Task The_ENTRYPOINT_can_be_named(string entrypoint, string expected)
    {
        (int code, string output, _) = await RunAsync(NoCommand, "inject", "-f", "-", "--entrypoint", entrypoint);

        Assert.Equal(0, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--entrypoint must be a JSON list of words", "inject", "-f", "-", "--entrypoint", "server")]
    [InlineData("--entrypoint must be a JSON list of words", "inject", "-f", "-", "--entrypoint", "[]")]
    [InlineData("--node-state-server must be an http or https address", "inject", "-f", "-", "--node-state-server", "server")]
    [InlineData("no manifests: name a file with -f", "inject")]
    [InlineData("-f names no file: its value is empty", "inject", "-f", "")]
    [InlineData("/no/such/file.yaml: the file does not exist", "inject", "-f", "/no/such/file.yaml")]
    [InlineData("unexpected word 'client'", "inject", "-f", "-", "--dry-run=client")]
    [InlineData("name either a pod", "explain")]
    [InlineData("name either a pod", "explain", "web-0", "-f", "-")]
    public async Task A_mistake_gets_one_clear_sentence(string because, params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(Pod, arguments);

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(because, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_stands_for_the_manifests_in_it()
    {
        _files.Write("b.yaml", Pod.Replace("one", "b", StringComparison.Ordinal).TrimEnd());
        _files.Write("a.json", """{"kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "app", "image": "a", "command": ["a"]}]}}""");
        _files.Write("notes.txt", "no manifest");

        (int code, string output, string error) = await RunAsync("", "inject", "-f", _files.Path);

        Assert.Equal((0, "Pod/a: injected\nPod/b: injected\n"), (code, error));
        Assert.Equal((0, "Pod/a: already injected\nPod/b: already injected\n"), (await RunAsync(output, "inject", "-f", "-")) is var again ? (again.Code, again.Error) : default);
    }

    [Fact]
    public async Task A_mistake_in_a_manifest_names_file_and_line()
    {
        string path = _files.Write("bad.yaml", "kind: Pod\nmetadata:\n  name: a\n  name: b\n");

        Assert.Equal((1, "", $"error: {path}:4: the key 'name' is there more than once\n"), await RunAsync("", "inject", "-f", path));
    }

    [Fact]
    public async Task A_file_is_explained_and_what_only_a_cluster_knows_is_said_to_be_unknown()
    {
        (int code, string output, _) = await RunAsync(Pod, "explain", "-f", "-");
        (_, string injected, _) = await RunAsync(Pod, "inject", "-f", "-");
        (int after, string better, _) = await RunAsync(injected, "explain", "-f", "-", "-o", "yaml");

        Assert.Equal((1, 0), (code, after));
        Assert.StartsWith("Pod/one: would not survive its node\n", output, StringComparison.Ordinal);
        Assert.Contains("CHECKPOINT_RESTORE", output, StringComparison.Ordinal);
        Assert.Contains("not read: the cluster: these are files", output, StringComparison.Ordinal);
        Assert.Contains("  survives: true\n", better, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_in_the_files_is_explained_too()
    {
        const string claim = "kind: PersistentVolumeClaim\nmetadata: {name: shared}\nspec: {accessModes: [ReadWriteOnce]}\n";
        const string deployment = "kind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 3\n  template:\n    metadata: {annotations: {crik.dev/claim: shared}}\n"
            + "    spec: {containers: [{name: app, command: [app]}]}\n";
        string injected = (await RunAsync(deployment, "inject", "-f", "-")).Output;

        (int code, string output, _) = await RunAsync($"{claim}---\n{injected}", "explain", "-f", "-");

        Assert.Equal(1, code);
        Assert.Contains("3 pods share it, but its access mode is ReadWriteOnce", output, StringComparison.Ordinal);
        Assert.DoesNotContain("3 pods share it", (await RunAsync($"{claim.Replace("Once", "Many", StringComparison.Ordinal)}---\n{injected}", "explain", "-f", "-")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_order_mark_stays_at_the_start_of_the_output_only()
    {
        string first = _files.Write("a.yaml", "\ufeff" + Pod), second = _files.Write("b.yaml", "\ufeff" + Pod.Replace("one", "b", StringComparison.Ordinal));

        string output = (await RunAsync("", "inject", "-f", first, "-f", second)).Output;

        Assert.Equal(0, output.LastIndexOf('\ufeff'));
        Assert.Equal("Pod/one: already injected\nPod/b: already injected\n", (await RunAsync(output, "inject", "-f", "-")).Error);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_command_that_waits_for_standard_input()
    {
        using CancellationTokenSource interrupt = new();
        using DeafStream input = new();
        using MemoryStream output = new(), error = new();
        Task<int> running = Program.RunAsync(["inject", "-f", "-"], new Terminal(output, error, input, static _ => null), interrupt.Token);
        await input.IsRead.Task;

        await interrupt.CancelAsync();

        Assert.Equal(130, await running.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    public void Dispose() => _files.Dispose();

    private static async Task<(int Code, string Output, string Error)> RunAsync(string input, params string[] arguments)
    {
        using MemoryStream output = new(), error = new(), standard = new(Encoding.UTF8.GetBytes(input));
        int code = await Program.RunAsync(arguments, new Terminal(output, error, standard, static _ => null), CancellationToken.None);
        return (code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
