using System.Text.Json.Nodes;
using Crik.StandIn;

namespace Crik.Kubectl.Tests.Commands;

public sealed class StatusCommandTests : IAsyncLifetime
{
    private FakeCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await FakeCluster.StartAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_pod_under_crik_has_a_row_with_what_crik_says()
    {
        _cluster.AddPod("web-0", Pods.UnderCrik);
        _cluster.AddPod("db-0", Pods.Other);
        _cluster.Exec = AnswerAsync;

        (int code, string output, _) = await _cluster.RunAsync("status");

        string[] lines = output.TrimEnd().Split('\n');
        Assert.Equal((0, 2), (code, lines.Length));
        Assert.Equal(["NAME", "STATE", "NODE", "NODE-STATE", "CHECKPOINT", "AGE", "SIZE", "RESTORED", "PROGRAM", "LAST-FAILURE"], Cells(lines[0]));
        Assert.Equal(["web-0", "running", "worker-1", "Leaving", "3", "5m30s", "12Mi", "2", "python3 train.py", "-"], Cells(lines[1]));
    }

    [Fact]
    public async Task Columns_begin_at_the_same_place_in_every_row()
    {
        _cluster.AddPod("a", Pods.UnderCrik);
        _cluster.AddPod("a-long-name", Pods.UnderCrik);
        _cluster.Exec = AnswerAsync;

        string[] lines = (await _cluster.RunAsync("status", "-o", "wide")).Output.TrimEnd().Split('\n');

        int column = lines[0].IndexOf("STATE", StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.Equal("running", line[column..(column + 7)]));
        Assert.Contains("CRIK", Cells(lines[0]));
    }

    [Fact]
    public async Task A_pod_that_cannot_be_asked_shows_why_and_the_others_are_there_all_the_same()
    {
        _cluster.AddPod("a-0", Pods.UnderCrik);
        _cluster.AddPod("b-0", Pods.UnderCrik);
        _cluster.AddPod("c-0", Pods.UnderCrik, phase: "Pending");
        _cluster.AddPod("d-0", Pods.UnderCrik);
        _cluster.Exec = call => call.Pod switch
        {
            "b-0" => call.FailAsync("exec: \"crik\": executable file not found in $PATH"),
            "d-0" => Task.Delay(Timeout.Infinite, call.Gone),
            _ => AnswerAsync(call),
        };

        (int code, string output, _) = await _cluster.RunAsync("status", "--timeout", "1s");

        string[] lines = output.TrimEnd().Split('\n');
        Assert.Equal((0, 5), (code, lines.Length));
        Assert.Contains("python3 train.py", lines[1], StringComparison.Ordinal);
        Assert.Contains("not asked: the container 'app' of pod shop/b-0 has no crik", lines[2], StringComparison.Ordinal);
        Assert.Contains("Pending", lines[3], StringComparison.Ordinal);
        Assert.Contains("did not end within 1 s", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Namespaces_and_labels_choose_pods_as_in_kubectl()
    {
        _cluster.AddPod("web-0", Pods.UnderCrik);
        _cluster.AddPod("job-0", Pods.UnderCrik, labels: """{"app":"job"}""");
        _cluster.AddPod("far-0", Pods.UnderCrik, space: "far");
        _cluster.AddPod("db-0", Pods.Other);
        _cluster.Exec = AnswerAsync;

        Assert.Equal(["job-0", "web-0"], await NamesAsync("status", "-o", "json"));
        Assert.Equal(["far-0"], await NamesAsync("status", "-n", "far", "-ojson"));
        Assert.Equal(["far-0", "job-0", "web-0"], await NamesAsync("status", "-A", "-o=json"));
        Assert.Equal(["job-0"], await NamesAsync("status", "-l", "app=job", "--output=json"));
        Assert.Equal(["web-0"], await NamesAsync("status", "pod/web-0", "-o", "json"));
        Assert.Equal(["job-0", "web-0"], await NamesAsync("status", "-c", "app", "-o", "json"));
        Assert.Empty(await NamesAsync("status", "-c", "db", "-o", "json")); // the container is there, but not under crik
        Assert.Equal(["web-0"], await NamesAsync("status", "pod/web-0", "-o", "json", "-n", "")); // as with an empty variable
    }

    [Fact]
    public async Task A_container_that_keeps_ending_is_not_asked_and_shows_what_the_kubelet_says()
    {
        _cluster.Add("/api/v1/namespaces/shop/pods/web-0", $$$"""
            {"metadata": {"name": "web-0", "namespace": "shop"}, "spec": {{{Pods.UnderCrik}}},
             "status": {"phase": "Running", "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "CrashLoopBackOff"} } }] } }
            """);

        (int code, string output, _) = await _cluster.RunAsync("status");

        Assert.Equal(0, code);
        Assert.EndsWith("not asked: CrashLoopBackOff\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_container_says_cannot_control_the_terminal()
    {
        _cluster.AddPod("web-0", Pods.UnderCrik);
        _cluster.Exec = async call =>
        {
            await call.WriteOutputAsync("""{"state": "\u001b[2Jrunning", "node": "\u009b1m", "checkpoints": []}""");
            await call.EndAsync(0);
        };

        string output = (await _cluster.RunAsync("status")).Output;

        Assert.Contains("[2Jrunning", output, StringComparison.Ordinal);
        Assert.DoesNotContain(output, static letter => char.IsControl(letter) && letter != '\n');
    }

    [Theory]
    [InlineData("--selector and the names of pods", "status", "web-0", "-l", "app=web")]
    [InlineData("--all-namespaces and the names of pods", "status", "web-0", "-A")]
    public async Task Two_ways_to_choose_pods_do_not_go_together(string because, params string[] arguments)
    {
        _cluster.AddPod("web-0", Pods.UnderCrik);

        (int code, string output, string error) = await _cluster.RunAsync(arguments);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains(because, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_pods_is_no_error_and_is_said_where_kubectl_says_it()
    {
        _cluster.AddPod("db-0", Pods.Other);

        (int code, string output, string error) = await _cluster.RunAsync("status");

        Assert.Equal((0, "", "No pods that run under crik found in namespace shop.\n"), (code, output, error));
    }

    [Fact]
    public async Task A_user_who_may_not_list_pods_reads_why()
    {
        _cluster.Refuse = static _ => "pods is forbidden: User \"eve\" cannot list resource \"pods\"";

        (int code, _, string error) = await _cluster.RunAsync("status");

        Assert.Equal(1, code);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains("User \"eve\" cannot list", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completion_offers_the_pods_under_crik()
    {
        _cluster.AddPod("web-0", Pods.UnderCrik);
        _cluster.AddPod("worker-0", Pods.UnderCrik);
        _cluster.AddPod("db-0", Pods.Other);

        Assert.Equal("web-0\nworker-0\n:4\n", (await _cluster.RunAsync("__complete", "list", "")).Output);
        Assert.Equal("worker-0\n:4\n", (await _cluster.RunAsync("__complete", "inspect", "wo")).Output);
        Assert.Equal(":4\n", (await _cluster.RunAsync("__complete", "list", "--kubeconfig", "/missing", "")).Output);
    }

    internal static async Task AnswerAsync(StandInExecCall call)
    {
        if (call.Command[0] != "crik")
        {
            await call.FailAsync($"exec: \"{call.Command[0]}\": stat {call.Command[0]}: no such file or directory: unknown");
            return;
        }

        await call.WriteOutputAsync(call.Command[1] == "status" ? Pods.Status : Pods.List);
        await call.EndAsync(0);
    }

    private async Task<string[]> NamesAsync(params string[] arguments) =>
        [.. JsonNode.Parse((await _cluster.RunAsync(arguments)).Output)!["items"]!.AsArray().Select(item => (string)item!["pod"]!).Order(StringComparer.Ordinal)];

    private static string[] Cells(string line) => line.Split("   ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
