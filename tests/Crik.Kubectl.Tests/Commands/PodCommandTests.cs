namespace Crik.Kubectl.Tests.Commands;

public sealed class PodCommandTests : IAsyncLifetime
{
    private FakeCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await FakeCluster.StartAsync();
        _cluster.AddPod("web-0", Pods.UnderCrik);
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Theory]
    [InlineData("crik checkpoint --leave-running", "checkpoint", "web-0", "--leave-running")]
    [InlineData("crik checkpoint", "checkpoint", "pod/web-0")]
    [InlineData("crik list -o table", "list", "web-0")]
    [InlineData("crik list -o yaml", "list", "web-0", "-o", "yaml")]
    [InlineData("crik inspect -o tree --slot 3", "inspect", "web-0", "-o", "tree")]
    [InlineData("crik inspect 3 -o table --slot 3", "inspect", "web-0", "3")]
    public async Task A_command_runs_the_one_of_the_same_name_in_the_pod(string expected, params string[] arguments)
    {
        List<string> commands = [];
        _cluster.Exec = async call =>
        {
            commands.Add(string.Join(' ', call.Command));
            if (call.Command[0] != "crik")
            {
                await call.FailAsync("no such file or directory");
                return;
            }

            await call.WriteOutputAsync(call.Command[1] == "status" ? """{"slot": 3}""" : "the output\n");
            await call.EndAsync(0);
        };

        (int code, string output, string error) = await _cluster.RunAsync(arguments);
        commands.RemoveAll(command => command.Contains(" status ", StringComparison.Ordinal) || (arguments[0] == "inspect" && command.StartsWith('/')));

        Assert.Equal((0, "the output\n", ""), (code, output, error));
        Assert.Equal(arguments[0] == "inspect" ? [expected] : [$"/opt/crik/bin/{expected}", expected], commands);
    }

    [Fact]
    public async Task A_failure_of_crik_is_shown_with_its_text_and_exit_code_1()
    {
        _cluster.Exec = async call =>
        {
            await call.WriteErrorAsync("no checkpoint was made: the volume is full\n");
            await call.EndAsync(125);
        };

        (int code, _, string error) = await _cluster.RunAsync("checkpoint", "web-0");

        Assert.Equal(1, code);
        Assert.Equal("no checkpoint was made: the volume is full\nerror: crik checkpoint in pod shop/web-0 ended with exit code 125\n", error);
    }

    [Fact]
    public async Task A_checkpoint_that_ends_the_pod_is_no_failure_when_the_connection_breaks_with_it()
    {
        _cluster.Exec = static call => call.WriteOutputAsync("checkpoint 4 was made\n"); // and no status

        Assert.Equal((0, "checkpoint 4 was made\n", ""), await _cluster.RunAsync("checkpoint", "web-0"));
        Assert.Equal(1, (await _cluster.RunAsync("checkpoint", "web-0", "--leave-running")).Code);
    }

    [Theory]
    [InlineData("there is no pod/web-9 in the namespace shop", "list", "web-9")]
    [InlineData("'pods' needs", "list", "pods/")]
    [InlineData("'thing' has no pods", "list", "thing/web")]
    [InlineData("has no container 'nope'; it has app", "list", "web-0", "-c", "nope")]
    [InlineData("'kubectl crik list' needs POD", "list")]
    [InlineData("unexpected word 'x'", "list", "web-0", "x")]
    [InlineData("--output must be one of table, json, yaml, not 'tree'", "list", "web-0", "-o", "tree")]
    [InlineData("--output needs a value", "list", "web-0", "-o")]
    [InlineData("unknown option '--nope'", "list", "web-0", "--nope")]
    [InlineData("unknown command 'lst'", "lst", "web-0")]
    [InlineData("--timeout must be a duration", "status", "--timeout", "5")]
    [InlineData("--timeout must be a duration", "status", "web-0", "--timeout", "99999h")]
    [InlineData("'x' is no checkpoint's number", "rollback", "web-0", "x")]
    public async Task A_mistake_gets_one_clear_sentence_and_exit_code_1(string because, params string[] arguments)
    {
        (int code, string output, string error) = await _cluster.RunAsync(arguments);

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(because.StartsWith("'pods'", StringComparison.Ordinal) ? "is no name of a pod" : because, error, StringComparison.Ordinal);
    }
}
