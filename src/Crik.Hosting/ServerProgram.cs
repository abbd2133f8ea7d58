using Crik.Kubernetes.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Crik.Hosting;

/// <summary>
/// What the Main of every server does: it reads the options, finds the cluster, starts, waits for the end, and turns what
/// happened into an exit code.
/// </summary>
/// <typeparam name="TOptions">The options of the server.</typeparam>
public sealed class ServerProgram<TOptions>
    where TOptions : class
{
    /// <summary>Reads the options, as <see cref="FlagTable"/> does it.</summary>
    public delegate TOptions? Parser(string[] args, Func<string, string?> environment, out int exitCode);

    /// <summary>The statuses with which the server answers `probe URL` when it works.</summary>
    public required IReadOnlyList<int> ProbeAnswers { get; init; }

    public required Parser Parse { get; init; }

    /// <summary>The kubeconfig that the options name, or null.</summary>
    public required Func<TOptions, string?> Kubeconfig { get; init; }

    /// <summary>Puts the server together. Log lines go to the stream.</summary>
    public required Func<TOptions, ClusterAccess, Stream, WebApplication> Build { get; init; }

    /// <summary>Is called when the server listens.</summary>
    public required Action<WebApplication, TOptions, ClusterAccess> Started { get; init; }

    /// <summary>The part without which the server is of no use. If it fails, the exit code says so.</summary>
    public required Func<IServiceProvider, BackgroundService> Essential { get; init; }

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string[] args)
    {
        if (args is [Probe.Command, var url])
        {
            return await Probe.RunAsync(url, [.. ProbeAnswers]);
        }

        WebApplication built;
        ClusterAccess access;
        TOptions options;
        try
        {
            if (Parse(args, Environment.GetEnvironmentVariable, out int exitCode) is not { } given)
            {
                return exitCode;
            }

            options = given;
            access = ClusterAccess.Find(Kubeconfig(options), Environment.GetEnvironmentVariable);
            built = Build(options, access, Console.OpenStandardOutput());
        }
        catch (Exception problem) when (problem is ConfigurationException or ClusterConfigurationException)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            return ServerExitCodes.Misconfigured;
        }

        await using WebApplication app = built;
        try
        {
            await app.StartAsync();
        }
        catch (IOException problem) // such as a port that is already in use
        {
            await Console.Error.WriteLineAsync(problem.Message);
            return ServerExitCodes.Failed;
        }

        Started(app, options, access);
        await app.WaitForShutdownAsync();
        return Essential(app.Services).ExecuteTask is { IsFaulted: true } ? ServerExitCodes.Failed : 0;
    }
}
