using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Crik.StandIn;

/// <summary>Answers `pods/exec` as an API server does: over a WebSocket, with one channel for each stream.</summary>
/// <param name="run">Runs a command.</param>
public sealed class StandInExec(Func<StandInExecCall, Task> run)
{
    /// <summary>The subprotocols that this server speaks.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

    /// <returns>False if the request asks for something else.</returns>
    public async Task<bool> AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.Value!.Split('/') is not [_, "api", "v1", "namespaces", var space, "pods", var pod, "exec"])
        {
            return false;
        }

        if (!context.Request.Headers.Accept.ToString().Contains("*/*", StringComparison.Ordinal))
        {
            await StandInApiServer.RefuseAsync(context, 406, "NotAcceptable", "only the following media types are accepted: */*");
            return true;
        }

        string? protocol = context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(Protocols.Contains);
        if (protocol is null)
        {
            await StandInApiServer.RefuseAsync(context, 400, "BadRequest", "unable to upgrade: the protocols are not supported");
            return true;
        }

        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
        StandInExecCall call = new(socket, context.RequestAborted)
        {
            Namespace = space,
            Pod = pod,
            Container = context.Request.Query["container"],
            Command = [.. context.Request.Query["command"]!],
            Protocol = protocol,
        };
        try
        {
            await run(call);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The client has gone.
        }

        return true;
    }
}

/// <summary>One command that a client wants to run.</summary>
public sealed class StandInExecCall(WebSocket socket, CancellationToken gone)
{
    public required string Namespace { get; init; }

    public required string Pod { get; init; }

    public string? Container { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    public required string Protocol { get; init; }

    /// <summary>Is cancelled when the client disconnects.</summary>
    public CancellationToken Gone => gone;

    public Task WriteOutputAsync(string text) => SendAsync(1, Encoding.UTF8.GetBytes(text));

    public Task WriteErrorAsync(string text) => SendAsync(2, Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(byte channel, byte[] content)
    {
        byte[] message = [channel, .. content];
        await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, gone);
    }

    /// <summary>Sends one message in frames of one byte each.</summary>
    public async Task SendPiecewiseAsync(byte channel, byte[] content)
    {
        byte[] message = [channel, .. content];
        for (int i = 0; i < message.Length; i++)
        {
            await socket.SendAsync(message.AsMemory(i, 1), WebSocketMessageType.Binary, endOfMessage: i == message.Length - 1, gone);
        }
    }

    /// <summary>Reads the input of the command until the client closes it.</summary>
    public async Task<string> ReadInputAsync()
    {
        using MemoryStream input = new();
        byte[] buffer = new byte[64 << 10];
        while (true)
        {
            WebSocketReceiveResult received = await socket.ReceiveAsync(buffer, gone);
            if (received.Count == 2 && buffer[0] == 255)
            {
                return Encoding.UTF8.GetString(input.ToArray());
            }

            input.Write(buffer, 1, received.Count - 1);
        }
    }

    public Task EndAsync(int exitCode) => SendAsync(3, Encoding.UTF8.GetBytes(exitCode == 0
        ? """{"metadata":{},"status":"Success"}"""
        : new JsonObject
        {
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = $"command terminated with non-zero exit code: exit status {exitCode}",
            ["reason"] = "NonZeroExitCode",
            ["details"] = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ExitCode", ["message"] = $"{exitCode}" }) },
        }.ToJsonString()));

    /// <summary>As when the container runtime cannot start the command.</summary>
    public Task FailAsync(string message) => SendAsync(3, Encoding.UTF8.GetBytes(StandInApiServer.Status(500, "InternalError", message)));

    /// <summary>Ends the connection as a network that breaks.</summary>
    public void Break() => socket.Abort();
}
