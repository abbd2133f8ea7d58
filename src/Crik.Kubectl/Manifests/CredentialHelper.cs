using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crik.Kubectl.Manifests;

/// <summary>
/// Asks the programs that keep credentials for Docker. See the protocol in README.md of
/// github.com/docker/docker-credential-helpers.
/// </summary>
/// <param name="timeout">How long a program may take. It may ask the user.</param>
internal sealed class CredentialHelper(TimeSpan timeout)
{
    /// <summary>What such a program prints, with exit code 1, when it has nothing for a server.</summary>
    private const string NotFound = "credentials not found in native keychain";

    /// <summary>Where the programs are. Null: in the PATH.</summary>
    public string? Directory { get; init; }

    /// <returns>An object with Username and Secret. Null if the program has nothing for the server.</returns>
    public async Task<JsonObject?> GetAsync(string name, string server, CancellationToken cancellationToken)
    {
        string program = $"docker-credential-{name}";
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        using Process process = Start(program);
        try
        {
            await WriteAsync(process, server, deadline.Token);
            string output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return process.ExitCode == 0 ? JsonNode.Parse(output) as JsonObject
                : output.Contains(NotFound, StringComparison.Ordinal) ? null
                : throw new KubectlException($"{program} failed with exit code {process.ExitCode}: {output.Trim()}");
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new KubectlException($"{program} did not answer within {timeout.TotalSeconds} s", exception);
        }
        catch (JsonException exception)
        {
            throw new KubectlException($"{program} did not print JSON", exception); // what it printed may be a secret
        }
    }

    private static async Task WriteAsync(Process process, string server, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(server.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading. Its exit code and its output tell why.
        }
    }

    private Process Start(string program)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(Directory is null ? program : Path.Combine(Directory, program), ["get"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        }
        catch (Win32Exception exception)
        {
            throw new KubectlException($"cannot start {program}, which ~/.docker/config.json names: {exception.Message}", exception);
        }
    }
}
