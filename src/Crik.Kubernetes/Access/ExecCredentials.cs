using System.ComponentModel;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Crik.Kubernetes.Access;

/// <summary>
/// Credentials that a command prints, such as `aws eks get-token`. The command runs again when the credential expires,
/// and after the API server refused it.
/// </summary>
#pragma warning disable CA1001 // The semaphore makes no handle, and other requests may wait for it.
internal sealed class ExecCredentials(ExecCommand command, TimeProvider clock) : Credentials
#pragma warning restore CA1001
{
    /// <summary>How long a command may take that asks nobody. Kubernetes has no limit, so a command that hangs would hang its user.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _gate = new(1);
    private Known? _known;

    /// <summary>How long this command may take. A test sets it.</summary>
    internal TimeSpan Limit { get; init; } = Patience;

    internal override async ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _known) is { } known && !IsExpired(known))
        {
            return known.Credential;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_known is null || IsExpired(_known))
            {
                Volatile.Write(ref _known, await RunAsync(cancellationToken));
            }

            return _known!.Credential;
        }
        finally
        {
            _gate.Release();
        }
    }

    internal override void Refused(Credential refused)
    {
        if (Volatile.Read(ref _known) is { } known && ReferenceEquals(known.Credential, refused))
        {
            Interlocked.CompareExchange(ref _known, null, known);
        }
    }

    private bool IsExpired(Known known) => known.Until is { } until && clock.GetUtcNow() >= until;

    private async Task<Known> RunAsync(CancellationToken cancellationToken)
    {
        bool hasTerminal = !Console.IsInputRedirected;
        if (command.InteractiveMode == "Always" && !hasTerminal)
        {
            throw Problem("it needs a terminal (interactiveMode: Always), and there is none");
        }

        bool isInteractive = hasTerminal && command.InteractiveMode != "Never";
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (!isInteractive)
        {
            deadline.CancelAfter(Limit);
        }

        using Process process = Start(isInteractive);
        try
        {
            Task<string> errors = isInteractive ? Task.FromResult("") : process.StandardError.ReadToEndAsync(deadline.Token);
            string output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            string lastLine = (await errors).Trim().Split('\n')[^1].Trim();
            return process.ExitCode == 0 ? Parse(output) : throw Problem($"it exited with {process.ExitCode}{(lastLine.Length > 0 ? $": {lastLine}" : "")}");
        }
        catch (OperationCanceledException canceled) when (!cancellationToken.IsCancellationRequested)
        {
            throw Problem($"it did not end within {Limit.TotalSeconds} s", canceled);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private Process Start(bool isInteractive)
    {
        ProcessStartInfo start = new(command.Command)
        {
            RedirectStandardInput = !isInteractive,
            RedirectStandardOutput = true,
            RedirectStandardError = !isInteractive,
        };
        foreach (string argument in command.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = command.Info(isInteractive);
        try
        {
            Process process = Process.Start(start)!;
            if (!isInteractive)
            {
                process.StandardInput.Close();
            }

            return process;
        }
        catch (Exception exception) when (exception is Win32Exception or IOException)
        {
            throw Problem($"it could not be started: {exception.Message}", exception);
        }
    }

    private Known Parse(string output)
    {
        ExecCredentialDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(output, AccessJson.Default.ExecCredentialDocument);
        }
        catch (JsonException exception)
        {
            throw Problem("its output is not an ExecCredential", exception); // the output may be a secret
        }

        if (document is not { Kind: "ExecCredential", Status: { } status } || document.ApiVersion != command.ApiVersion)
        {
            throw Problem($"its output is not an ExecCredential of {command.ApiVersion} with a status");
        }

        if ((status.ClientCertificateData is null) != (status.ClientKeyData is null))
        {
            throw Problem("its output has only one of clientCertificateData and clientKeyData");
        }

        if (string.IsNullOrEmpty(status.Token) && status.ClientCertificateData is null)
        {
            throw Problem("its output has neither a token nor a client certificate");
        }

        return new Known(
            new Credential(
                status.Token is { Length: > 0 } token ? new AuthenticationHeaderValue("Bearer", token) : null,
                status.ClientCertificateData is { } certificate ? new CertificatePem(certificate, status.ClientKeyData!) : null),
            status.ExpirationTimestamp);
    }

    private CredentialException Problem(string problem, Exception? inner = null) => new(
        $"the credential command '{command.Command}' of the kubeconfig failed: {problem}{(command.InstallHint is { } hint ? $"\n{hint.Trim()}" : "")}", inner);

    private sealed record Known(Credential Credential, DateTimeOffset? Until);
}
