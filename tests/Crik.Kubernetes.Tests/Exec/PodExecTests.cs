using System.Net;
using System.Text;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;

namespace Crik.Kubernetes.Tests.Exec;

/// <summary>Runs commands over a real WebSocket with real TLS.</summary>
public sealed class PodExecTests : IAsyncLifetime
{
    private readonly TempDirectory _files = new();
    private StandInApiServer _api = null!;

    public async Task InitializeAsync() => _api = await StandInApiServer.StartAsync();

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task A_command_gets_its_words_and_its_output_and_errors_come_back()
    {
        StandInExecCall? seen = null;
        Serve(async call =>
        {
            seen = call;
            await call.WriteOutputAsync("out ");
            await call.WriteErrorAsync("wrong");
            await call.WriteOutputAsync("püt");
            await call.EndAsync(0);
        });

        ExecOutput output = await CaptureAsync("sh", "-c", "echo a&b=c d");

        Assert.Equal(["sh", "-c", "echo a&b=c d"], seen!.Command);
        Assert.Equal(("shop", "web-0", "app", "v5.channel.k8s.io"), (seen.Namespace, seen.Pod, seen.Container, seen.Protocol));
        Assert.Equal(new ExecEnding.Exited(0), output.Ending);
        Assert.Equal(("out püt", "wrong"), (output.OutputText, output.ErrorText));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(255)]
    public async Task The_exit_code_of_the_command_is_known(int code)
    {
        Serve(call => call.EndAsync(code));

        Assert.Equal(new ExecEnding.Exited(code), (await CaptureAsync("false")).Ending);
    }

    [Theory]
    [InlineData("OCI runtime exec failed: exec failed: unable to start container process: exec: \"crik\": executable file not found in $PATH: unknown", true)]
    [InlineData("OCI runtime exec failed: exec failed: unable to start container process: exec: \"/opt/crik/bin/crik\": stat /opt/crik/bin/crik: no such file or directory: unknown", true)]
    [InlineData("OCI runtime exec failed: exec failed: unable to start container process: exec: \"/x\": permission denied: unknown", false)]
    public async Task A_command_that_cannot_be_started_has_the_text_of_the_container_runtime(string text, bool isMissing)
    {
        Serve(call => call.FailAsync(text));

        ExecEnding.NotStarted ending = Assert.IsType<ExecEnding.NotStarted>((await CaptureAsync("crik")).Ending);

        Assert.Equal((text, isMissing), (ending.Message, ending.IsNoSuchCommand));
    }

    [Fact]
    public async Task A_message_in_many_frames_is_one_message()
    {
        Serve(async call =>
        {
            await call.SendPiecewiseAsync(1, "abc"u8.ToArray());
            await call.SendPiecewiseAsync(2, "def"u8.ToArray());
            await call.SendPiecewiseAsync(3, """{"status":"Success"}"""u8.ToArray());
        });

        ExecOutput output = await CaptureAsync("x");

        Assert.Equal(("abc", "def", new ExecEnding.Exited(0)), (output.OutputText, output.ErrorText, output.Ending));
    }

    [Fact]
    public async Task The_empty_messages_with_which_a_server_opens_the_channels_are_no_output()
    {
        Serve(async call =>
        {
            await call.SendAsync(1, []);
            await call.SendAsync(9, "of a channel that is not known"u8.ToArray());
            await call.WriteOutputAsync("x");
            await call.EndAsync(0);
        });

        Assert.Equal("x", (await CaptureAsync("x")).OutputText);
    }

    [Fact]
    public async Task A_server_that_only_knows_version_4_is_asked_with_that_one()
    {
        string? protocol = null;
        Serve(call => { protocol = call.Protocol; return call.EndAsync(3); }, "v4.channel.k8s.io");

        Assert.Equal(new ExecEnding.Exited(3), (await CaptureAsync("x")).Ending);
        Assert.Equal("v4.channel.k8s.io", protocol);
    }

    [Fact]
    public async Task A_command_reads_all_of_its_input_and_then_its_end()
    {
        string wanted = string.Concat(Enumerable.Range(0, 20_000).Select(number => $"{number}\n"));
        string? input = null;
        Serve(async call =>
        {
            input = await call.ReadInputAsync();
            await call.EndAsync(0);
        });

        ExecEnding ending = await RunAsync(new ExecStreams(Stream.Null, Stream.Null, new MemoryStream(Encoding.UTF8.GetBytes(wanted))));

        Assert.Equal(new ExecEnding.Exited(0), ending);
        Assert.Equal(wanted, input);
        Assert.Contains("stdin=true", _api.Requests[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_does_not_read_its_input_can_end_before_it()
    {
        Serve(call => call.EndAsync(7));
        using EndlessStream input = new();

        Assert.Equal(new ExecEnding.Exited(7), await RunAsync(new ExecStreams(Stream.Null, Stream.Null, input)));
    }

    [Fact]
    public async Task Input_needs_a_server_that_knows_version_5()
    {
        Serve(call => call.EndAsync(0), "v4.channel.k8s.io");

        KubernetesException refusal = await Assert.ThrowsAsync<KubernetesException>(() => RunAsync(new ExecStreams(Stream.Null, Stream.Null, Stream.Null)));

        Assert.Contains("run 'x' in pod shop/web-0 without input", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_before_the_command_has_the_reason_of_the_API_server()
    {
        _api.Intercept = async context =>
        {
            await StandInApiServer.RefuseAsync(context, 403, "Forbidden", "pods \"web-0\" is forbidden: User \"eve\" cannot create resource \"pods/exec\"");
            return true;
        };

        KubernetesException refusal = await Assert.ThrowsAsync<KubernetesException>(() => CaptureAsync("x"));

        Assert.Equal((HttpStatusCode.Forbidden, "Forbidden"), (refusal.Status, refusal.Reason));
        Assert.Contains("User \"eve\" cannot create resource", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_does_not_pass_on_WebSockets_is_named_as_the_cause()
    {
        _api.Intercept = async context =>
        {
            await context.Response.WriteAsync("<html>");
            return true;
        };

        KubernetesException problem = await Assert.ThrowsAsync<KubernetesException>(() => CaptureAsync("x"));

        Assert.Equal(KubernetesFailure.NotUnderstood, problem.Failure);
        Assert.Contains("does not speak WebSocket", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_of_the_kubeconfig_is_sent_and_a_wrong_one_is_refused()
    {
        _api.GoodTokens.Add("good");
        Serve(call => call.EndAsync(0), afterCredentials: true);

        KubernetesException refusal = await Assert.ThrowsAsync<KubernetesException>(() => CaptureAsync("x"));

        Assert.Equal(HttpStatusCode.Unauthorized, refusal.Status);
        Assert.Equal(new ExecEnding.Exited(0), (await CaptureAsync("token: good", new ExecRequest("shop", "web-0", null, ["x"]))).Ending);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_not_taken_for_the_end_of_the_command()
    {
        using ArrivalStream output = new();
        Serve(async call =>
        {
            await call.WriteOutputAsync("half");
            await output.Arrived;
            call.Break();
        });

        KubernetesException problem = await Assert.ThrowsAsync<KubernetesException>(() => RunAsync(new ExecStreams(output, Stream.Null)));

        Assert.Equal(KubernetesFailure.NoAnswer, problem.Failure);
        Assert.Contains("it may still run", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_is_closed_without_a_status_is_not_taken_for_success()
    {
        Serve(call => call.WriteOutputAsync("half"));

        KubernetesException problem = await Assert.ThrowsAsync<KubernetesException>(() => CaptureAsync("x"));

        Assert.Contains("without the status of the command", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_takes_too_long_is_given_up()
    {
        TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(call => UntilGoneAsync(call, left));

        KubernetesException problem = await Assert.ThrowsAsync<KubernetesException>(
            () => CaptureAsync("token: t", new ExecRequest("shop", "web-0", "app", ["sleep"]) { Timeout = TimeSpan.FromMilliseconds(300) }));

        Assert.Contains("'sleep' in pod shop/web-0 did not end within 0.3 s", problem.Message, StringComparison.Ordinal);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_caller_that_gives_up_leaves_no_connection_behind()
    {
        TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(call =>
        {
            began.SetResult();
            return UntilGoneAsync(call, left);
        });
        using CancellationTokenSource stop = new();
        using KubernetesApi api = Api("token: t");

        Task<ExecOutput> running = new PodExec(api).CaptureAsync(new ExecRequest("shop", "web-0", null, ["sleep"]), stop.Token);
        await began.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Output_that_would_fill_the_memory_is_an_error()
    {
        Serve(async call =>
        {
            for (int i = 0; i < 40; i++)
            {
                await call.SendAsync(1, new byte[32 << 10]);
            }

            await call.EndAsync(0);
        });
        using KubernetesApi api = Api("token: t");

        KubernetesException problem = await Assert.ThrowsAsync<KubernetesException>(
            () => new PodExec(api).CaptureAsync(new ExecRequest("shop", "web-0", null, ["yes"]), CancellationToken.None, mostBytes: 1 << 20));

        Assert.Contains("wrote more than 1 MiB", problem.Message, StringComparison.Ordinal);
    }

    private static async Task UntilGoneAsync(StandInExecCall call, TaskCompletionSource left)
    {
        try
        {
            await call.ReadInputAsync();
        }
        finally
        {
            left.TrySetResult();
        }
    }

    /// <param name="afterCredentials">The stand-in looks at the credentials first.</param>
    private void Serve(Func<StandInExecCall, Task> run, string? protocol = null, bool afterCredentials = false)
    {
        StandInExec exec = protocol is null ? new StandInExec(run) : new StandInExec(run) { Protocols = [protocol] };
        _api.Intercept = async context =>
            (!afterCredentials || context.Request.Headers.Authorization == "Bearer good") && await exec.AnswerAsync(context);
    }

    private KubernetesApi Api(string user) =>
        new(ClusterAccess.Find(_files.Write("config", _api.Kubeconfig("    " + user)), static _ => null), "crik-tests/1");

    private Task<ExecOutput> CaptureAsync(params string[] command) => CaptureAsync("token: t", new ExecRequest("shop", "web-0", "app", command));

    private async Task<ExecOutput> CaptureAsync(string user, ExecRequest request)
    {
        using KubernetesApi api = Api(user);
        return await new PodExec(api).CaptureAsync(request, CancellationToken.None);
    }

    private async Task<ExecEnding> RunAsync(ExecStreams streams)
    {
        using KubernetesApi api = Api("token: t");
        return await new PodExec(api).RunAsync(new ExecRequest("shop", "web-0", null, ["x"]), streams, CancellationToken.None);
    }

    /// <summary>Output of which somebody waits for the first bytes.</summary>
    private sealed class ArrivalStream : MemoryStream
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Arrived => _arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _arrived.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Input that never ends and never comes.</summary>
    private sealed class EndlessStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }
}
