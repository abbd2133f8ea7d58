using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Exec;

/// <summary>
/// Speaks the protocol of `pods/exec` over a WebSocket: the first byte of each message is a channel. See
/// k8s.io/apimachinery/pkg/util/remotecommand and KEP-4006.
/// </summary>
internal sealed class ExecSession(WebSocket socket, ExecStreams streams) : IDisposable
{
    private const byte Input = 0, Output = 1, Error = 2, Status = 3, Close = 255;

    /// <summary>A Status has a few hundred bytes; the text of a container runtime is in it.</summary>
    private const int LongestStatus = 1 << 20;

    private readonly BoundedBuffer _status = new(LongestStatus, "the status of a command");

    public async Task<ExecEnding> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task sending = streams.Input is { } input ? SendAsync(input, ended.Token) : Task.CompletedTask;
        try
        {
            await ReceiveAsync(cancellationToken);
        }
        finally
        {
            await ended.CancelAsync();
            try
            {
                await sending;
            }
            catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or IOException)
            {
                // The command ended without reading all of its input, or the connection broke. ReceiveAsync reports it.
            }
        }

        return Ending();
    }

    public void Dispose() => _status.Dispose();

    /// <summary>Reads until the server closes the socket. It does that after the status.</summary>
    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            byte? channel = null; // of the message that has begun
            while (true)
            {
                ValueWebSocketReceiveResult received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                if (received.MessageType is WebSocketMessageType.Close)
                {
                    return;
                }

                Memory<byte> content = buffer.AsMemory(0, received.Count);
                if (channel is null && !content.IsEmpty)
                {
                    channel = content.Span[0];
                    content = content[1..];
                }

                if (!content.IsEmpty && Target(channel) is { } target)
                {
                    await target.WriteAsync(content, cancellationToken);
                    await target.FlushAsync(cancellationToken);
                }

                channel = received.EndOfMessage ? null : channel;
            }
        }
        catch (WebSocketException) when (_status.Length > 0)
        {
            // Some servers close the connection after the status without closing the socket first.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Servers may have channels that this library does not know.</summary>
    private Stream? Target(byte? channel) => channel switch
    {
        Output => streams.Output,
        Error => streams.Error,
        Status => _status,
        _ => null,
    };

    private async Task SendAsync(Stream input, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[32 << 10];
        buffer[0] = Input;
        while (await input.ReadAsync(buffer.AsMemory(1), cancellationToken) is > 0 and var length)
        {
            await socket.SendAsync(buffer.AsMemory(0, length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }

        await socket.SendAsync(new byte[] { Close, Input }.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
    }

    /// <summary>A Status without a failure is exit code 0. See ExecInContainer of k8s.io/kubelet/pkg/cri/streaming.</summary>
    private ExecEnding Ending()
    {
        if (_status.Length == 0)
        {
            throw new IOException("the connection was closed without the status of the command");
        }

        StatusDocument? status;
        try
        {
            status = JsonSerializer.Deserialize(_status.GetBuffer().AsSpan(0, (int)_status.Length), ApiJson.Default.StatusDocument);
        }
        catch (JsonException exception)
        {
            throw KubernetesException.NotUnderstood($"the status of the command is not valid: {exception.Message}", exception);
        }

        string? code = status?.Details?.Causes?.FirstOrDefault(static cause => cause.Reason is "ExitCode")?.Message;
        return status?.Status is "Success" ? new ExecEnding.Exited(0)
            : status?.Reason is "NonZeroExitCode" && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? new ExecEnding.Exited(number)
            : new ExecEnding.NotStarted(status?.Message ?? "the command did not start, and nobody says why");
    }
}
