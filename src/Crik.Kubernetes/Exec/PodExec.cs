using System.Net.WebSockets;
using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Exec;

/// <summary>
/// Runs commands in containers, as `kubectl exec` does. It needs the right to `create` on `pods/exec`; API servers before
/// 1.35 ask for `get` instead, because a WebSocket begins with GET.
/// </summary>
public sealed class PodExec(KubernetesApi api)
{
    /// <summary>v5 can close the input. API servers before 1.30 only know v4.</summary>
    private const string Newest = "v5.channel.k8s.io";
    private const string Older = "v4.channel.k8s.io";

    private static readonly ResourceType s_pods = ResourceType.Core("pods");

    /// <summary>Runs a command and copies its output while it runs.</summary>
    /// <exception cref="KubernetesException">
    /// The API server does not answer or refuses: there is no such pod or container, or the user may not do that.
    /// The connection broke, after which the command may still run. The time is over.
    /// </exception>
    public async Task<ExecEnding> RunAsync(ExecRequest request, ExecStreams streams, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (request.Timeout is { } limit)
        {
            deadline.CancelAfter(limit);
        }

        try
        {
            UpgradedConnection connection = await api.UpgradeAsync(Path(request, streams), [Newest, Older], deadline.Token);
            await using Stream stream = connection.Stream;
            if (streams.Input is not null && connection.Protocol != Newest)
            {
                throw KubernetesException.NotUnderstood(
                    $"the API server {api.Server} only knows {Older}, which cannot end the input of a command; run {request.Describe()} without input");
            }

            using WebSocket socket = WebSocket.CreateFromStream(stream, Options(connection.Protocol));
            using ExecSession session = new(socket, streams);
            return await session.RunAsync(deadline.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw KubernetesException.NoAnswer($"{request.Describe()} did not end within {request.Timeout?.TotalSeconds} s; it may still run", exception);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested(); // .NET reports the end of a read that was cancelled in several ways
            throw KubernetesException.NoAnswer(
                $"the connection to the API server {api.Server} broke before {request.Describe()} ended; it may still run: {exception.Message}", exception);
        }
    }

    /// <summary>Runs a command and keeps its output.</summary>
    /// <param name="mostBytes">How much output is accepted. More of it is an error, so that no container fills the memory.</param>
    /// <exception cref="KubernetesException">As in <see cref="RunAsync"/>, or the output is too long.</exception>
    public async Task<ExecOutput> CaptureAsync(ExecRequest request, CancellationToken cancellationToken, int mostBytes = 16 << 20)
    {
        using BoundedBuffer output = new(mostBytes, request.Describe());
        using BoundedBuffer error = new(mostBytes, request.Describe());
        ExecEnding ending = await RunAsync(request, new ExecStreams(output, error), cancellationToken);
        return new ExecOutput(ending, output.ToArray(), error.ToArray());
    }

    private static string Path(ExecRequest request, ExecStreams streams)
    {
        (string, string?)[] words = [.. request.Command.Select(static word => ("command", (string?)word))];
        return s_pods.Path(request.Namespace, request.Pod, "exec") + ApiQuery.Of(
            [.. words, ("container", request.Container), ("stdin", streams.Input is null ? null : "true"), ("stdout", "true"), ("stderr", "true")]);
    }

    /// <summary>A peer that vanished is noticed by the pings, which kubelets answer.</summary>
    private static WebSocketCreationOptions Options(string protocol) => new()
    {
        SubProtocol = protocol,
        KeepAliveInterval = TimeSpan.FromSeconds(15),
        KeepAliveTimeout = TimeSpan.FromSeconds(30),
    };
}
