using System.ComponentModel;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Crik.Kubernetes.Access;

/// <summary>
/// Credentials that a command prints, such as `aws eks get-token`. The command runs again when the credential expires,
/// and after the API server refused it.
/// </summary>
internal sealed class ExecCredentials(ExecCommand command, TimeProvider clock) : Credentials
{
    /// <summary>How long a command may take that asks nobody. Kubernetes has no limit, so a command that hangs would hang its user.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>How many characters of a command's output are kept. A credential with a certificate has some thousand.</summary>
    private const int MostOutput = 1 << 20;

    private readonly Lock _gate = new();
    private Known? _known;

    /// <summary>The last run of the command. Several requests may wait for it, so none of them cancels it.</summary>
    private Task<Known>? _run;

    /// <summary>How long this command may take. A test sets it.</summary>
    internal TimeSpan Limit { get; init; } = Patience;

    internal override async ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _known) is { } known && !IsExpired(known))
        {
            return known.Credential;
        }

        Task<Known> run;
        lock (_gate)
        {
            if (_known is { } renewed && !IsExpired(renewed))
            {
                return renewed.Credential;
            }

            run = _run is { IsCompleted: false } ? _run : _run = RunAsync();
        }

        return (await run.WaitAsync(cancellationToken)).Credential;
    }

    internal override void Refused(Credential refused)
    {
        if (Volatile.Read(ref _known) is { } known && ReferenceEquals(known.Credential, refused))
        {
            Interlocked.CompareExchange(ref _known, null, known);
        }
    }

    private bool IsExpired(Known known) => known.Until is { } until && clock.GetUtcNow() >= until;

    private async Task<Known> RunAsync()
    {
        bool hasTerminal = !Console.IsInputRedirected;
        if (command.InteractiveMode == "Always" && !hasTerminal)
        {
            throw Problem("it needs a terminal (interactiveMode: Always), and there is none");
        }

        bool isInteractive = hasTerminal && command.InteractiveMode != "Never";
        using CancellationTokenSource deadline = new();
        if (!isInteractive)
        {
            deadline.CancelAfter(Limit);
        }

        using Process process = Start(isInteractive);
        try
        {
            Task<string> errors = isInteractive ? Task.FromResult("") : ReadAsync(process.StandardError, deadline.Token);
            string output = await ReadAsync(process.StandardOutput, deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            string lastLine = (await errors).Trim().Split('\n')[^1].Trim();
            Known known = process.ExitCode == 0 ? Parse(output) : throw Problem($"it exited with {process.ExitCode}{(lastLine.Length > 0 ? $": {lastLine}" : "")}");
            Volatile.Write(ref _known, known);
            return known;
        }
        catch (OperationCanceledException canceled)
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

    /// <summary>Reads to the end, so that the command is not stopped by a full pipe, and keeps a bounded part.</summary>
    private static async Task<string> ReadAsync(StreamReader from, CancellationToken cancellationToken)
    {
        StringBuilder kept = new();
        char[] buffer = new char[4096];
        while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            kept.Append(buffer, 0, Math.Min(count, MostOutput - kept.Length));
        }

        return kept.ToString();
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
