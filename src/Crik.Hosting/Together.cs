namespace Crik.Hosting;

/// <summary>Runs several loops that have no end of their own.</summary>
public static class Together
{
    /// <summary>Runs until it is canceled or one of the loops fails, which ends the others.</summary>
    public static async Task RunAsync(CancellationToken cancellationToken, params Func<CancellationToken, Task>[] loops)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = [.. loops.Select(loop => loop(end.Token))];
        Task first = await Task.WhenAny(running);
        await end.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }
}
