using Crik.Operator.Configuration;

namespace Crik.Operator.Serving;

/// <summary>
/// Ends the server in order after SIGTERM: /readyz reports not ready, while requests are still answered until the Service
/// sends no more of them here.
/// </summary>
internal sealed class Stopping(OperatorOptions options, TimeProvider clock, ILogger<Stopping> log) : IHostedLifecycleService
{
    /// <summary>How long the end may take after the shutdown delay.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    public bool HasBegun { get; private set; }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        HasBegun = true;
        log.Stopping(options.ShutdownDelay.TotalSeconds);
        await Task.Delay(options.ShutdownDelay, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
