using System.Collections.Concurrent;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Configuration;
using Crik.NodeAgent.Steps;
using Crik.NodeAgent.Tests.Steps;
using Crik.NodeAgent.Work;

namespace Crik.NodeAgent.Tests.Work;

public sealed class WorkLanesTests : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _hanging = new();
    private readonly KnownCheckpoints _known = new();
    private readonly ConcurrentQueue<string> _begun = [];
    private readonly ConcurrentQueue<string> _done = [];
    private readonly WorkLanes _lanes;
    private readonly Task[] _loops;

    public WorkLanesTests()
    {
        AgentOptions options = new() { Settings = new AgentSettings("node-1") { Repository = "usual.example/a" } };
        _lanes = new WorkLanes(options, _known, DoAsync, static (_, _, _) => { }, TimeProvider.System);
        _loops = [.. _lanes.Loops.Select(loop => loop(_end.Token))];
    }

    public void Dispose()
    {
        _end.Cancel();
        _hanging.TrySetResult();
        Task.WhenAll(_loops).ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        _end.Dispose();
    }

    [Theory]
    [InlineData("usual.example/a", "other.example/a")]
    [InlineData("other.example/a", "usual.example/b")]
    [InlineData("other.example/a", "third.example/a")]
    public void A_registry_that_hangs_does_not_hold_the_pushes_to_another_one(string hanging, string other)
    {
        Push("hanging", hanging);
        Eventually.True(() => _begun.Contains("hanging"), "the push to the registry that hangs has begun");
        Push("next", hanging);
        Push("other", other);

        Eventually.True(() => _done.Contains("other"), "the push to the other registry is done");
        Assert.DoesNotContain("next", _begun);
        _hanging.SetResult();
        Eventually.True(() => _done.Contains("next"), "the push after the one that hung is done");
    }

    [Fact]
    public void An_object_that_gets_another_repository_is_not_pushed_to_both_at_the_same_time()
    {
        Push("hanging", "usual.example/a");
        Eventually.True(() => _begun.Contains("hanging"), "the push has begun");
        Push("hanging", "other.example/a");
        Push("marker", "other.example/a");
        Eventually.True(() => _done.Contains("marker"), "the other queue went on");

        Assert.Single(_begun, "hanging");
        _hanging.SetResult();
        Eventually.True(() => _begun.Count(static name => name == "hanging") == 2, "the object has another turn");
    }

    [Fact]
    public void No_number_of_registries_makes_more_queues()
    {
        PushLanes lanes = new("usual.example/a", 3);
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 6).Select(pod => lanes.Of("usual.example/b", (uint)pod)).Distinct());
        Assert.Equal([3, 4], Enumerable.Range(0, 50).Select(number => lanes.Of($"registry-{number}.example/a", 7)).Distinct());
        Assert.Equal(lanes.Of("registry-0.example/x", 1), lanes.Of("registry-0.example/y", 2));
        Assert.Equal(5, lanes.Count);
    }

    [Fact]
    public void Without_a_repository_of_the_agent_the_first_registry_is_the_usual_one()
    {
        PushLanes lanes = new(null, 2);
        Assert.Equal([0, 1], [lanes.Of("first.example/a", 0), lanes.Of("first.example/a", 1)]);
        Assert.Equal(2, lanes.Of("second.example/a", 1));
    }

    private void Push(string name, string repository)
    {
        PodCheckpointDocument item = Some.Object(status: Some.Accepted() with { Repository = repository });
        _known.Note(item with { Metadata = item.Metadata! with { Name = name, Uid = $"uid-{name}" } });
        _lanes.Add(new ObjectName("team", name), isSlow: true);
    }

    private async Task<TimeSpan?> DoAsync(ObjectName name, bool isSlow, CancellationToken cancellationToken)
    {
        _begun.Enqueue(name.Name);
        if (name.Name is "hanging")
        {
            await _hanging.Task;
        }

        _done.Enqueue(name.Name);
        return null;
    }
}
