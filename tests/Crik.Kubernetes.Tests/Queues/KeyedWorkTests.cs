using System.Collections.Concurrent;
using System.Net;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Queues;

namespace Crik.Kubernetes.Tests.Queues;

public sealed class KeyedWorkTests : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _done = new();

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    [Fact]
    public async Task A_key_that_is_added_twice_before_its_turn_is_done_once()
    {
        KeyedWork<string> queue = new(Do, Unexpected, TimeProvider.System);
        queue.Add("a");
        queue.Add("b");
        queue.Add("a");
        Assert.Equal(2, queue.Length);

        Task running = queue.RunAsync(_end.Token);

        await Eventually.TrueAsync(() => _done.Count == 2, "both are done");
        Assert.Equal(["a", "b"], _done);
        await _end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_key_that_is_added_during_its_turn_is_done_again()
    {
        TaskCompletionSource mayGoOn = new();
        KeyedWork<string> queue = new(async (key, _) =>
        {
            _done.Enqueue(key);
            await mayGoOn.Task;
            return null;
        }, Unexpected, TimeProvider.System);
        queue.Add("a");
        _ = queue.RunAsync(_end.Token);
        await Eventually.TrueAsync(() => _done.Count == 1, "it has begun");

        queue.Add("a");
        mayGoOn.SetResult();

        await Eventually.TrueAsync(() => _done.Count == 2, "it is done again");
    }

    [Fact]
    public async Task A_key_that_fails_is_tried_again_and_delays_no_other()
    {
        int failures = 0;
        KeyedWork<string> queue = new(
            (key, token) => key == "bad" && failures < 3 ? Task.FromException<TimeSpan?>(new KubernetesException(KubernetesFailure.Refused, "no") { Status = HttpStatusCode.Conflict }) : Do(key, token),
            (key, _, pause) =>
            {
                Assert.Equal("bad", key);
                Assert.True(pause > TimeSpan.Zero);
                failures++;
            },
            TimeProvider.System);
        queue.Add("bad");
        queue.Add("good");
        _ = queue.RunAsync(_end.Token);

        await Eventually.TrueAsync(() => _done.Count == 2, "both are done");
        Assert.Equal(["good", "bad"], _done);
        Assert.Equal(3, failures);
    }

    [Fact]
    public async Task Work_that_waits_for_something_looks_again()
    {
        KeyedWork<string> queue = new(async (key, token) => await Do(key, token) ?? (_done.Count < 3 ? TimeSpan.FromMilliseconds(1) : null), Unexpected, TimeProvider.System);
        queue.Add("a");
        _ = queue.RunAsync(_end.Token);

        await Eventually.TrueAsync(() => _done.Count == 3, "it has looked three times");
        Assert.Equal(0, queue.Length);
    }

    [Fact]
    public async Task A_key_that_was_added_while_it_waits_looks_again_only_when_its_last_turn_says()
    {
        HandFiredClock clock = new();
        KeyedWork<string> queue = new(async (key, token) => await Do(key, token) ?? (key == "a" ? TimeSpan.FromMinutes(1) : null), Unexpected, clock);
        _ = queue.RunAsync(_end.Token);
        queue.Add("a");
        await Eventually.TrueAsync(() => clock.Timers == 1, "it waits for its second turn");
        queue.Add("a");
        await Eventually.TrueAsync(() => clock.Timers == 2, "it had its second turn, and waits for its third");

        await clock.FireAsync(0);
        queue.Add("b");
        await Eventually.TrueAsync(() => _done.Contains("b"), "b is done");
        Assert.Equal(["a", "a", "b"], _done);

        await clock.FireAsync(1);
        await Eventually.TrueAsync(() => _done.Count == 4, "it has its third turn");
        Assert.Equal(["a", "a", "b", "a"], _done);
    }

    [Fact]
    public async Task A_bug_in_the_work_ends_the_queue()
    {
        KeyedWork<string> queue = new((_, _) => Task.FromException<TimeSpan?>(new InvalidOperationException("a bug")), Unexpected, TimeProvider.System);
        queue.Add("a");

        await Assert.ThrowsAsync<InvalidOperationException>(() => Eventually.InTimeAsync(queue.RunAsync(_end.Token)));
    }

    private Task<TimeSpan?> Do(string key, CancellationToken cancellationToken)
    {
        _done.Enqueue(key);
        return Task.FromResult<TimeSpan?>(null);
    }

    private static void Unexpected(string key, KubernetesException exception, TimeSpan pause) => throw new InvalidOperationException($"{key} failed", exception);
}
