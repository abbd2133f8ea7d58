using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer;

/// <summary>
/// Ends the server in order after SIGTERM. First /readyz reports not ready, while requests are still answered until the
/// Service sends no more clients here. Then every waiting request gets its answer, and the port is closed.
/// </summary>
internal sealed class Shutdown(NodeStateStore store, WatchHealth health, ServerOptions options, TimeProvider clock, ILogger<Shutdown> log)
    : IHostedLifecycleService
{
    /// <summary>How long writing the last answers may take after the shutdown delay.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        health.Stopping();
        log.Stopping(options.ShutdownDelay.TotalSeconds);
        await Task.Delay(options.ShutdownDelay, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        store.Close();
    }

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        log.Stopped();
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
