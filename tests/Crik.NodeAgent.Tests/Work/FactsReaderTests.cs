using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Steps;
using Crik.NodeAgent.Tests.Simulation;
using Crik.NodeAgent.Tests.Steps;
using Crik.NodeAgent.Work;

namespace Crik.NodeAgent.Tests.Work;

/// <summary>Looks for what an object that has failed left in the directory of the kubelet.</summary>
public sealed class FactsReaderTests : IDisposable
{
    private const string Archive = "checkpoint-static-1_default-app-2026-11-23T18:32:36Z.tar";

    private static readonly DateTimeOffset s_made = new(2026, 11, 23, 18, 32, 36, TimeSpan.Zero);

    private readonly TempDirectory _directory = new();
    private readonly SimulatedClock _clock = new();
    private readonly KnownCheckpoints _known = new();
    private readonly FactsReader _reader;

    public FactsReaderTests()
    {
        SimulatedCluster cluster = new(new Schedule(0), _clock);
        SimulatedNode node = new(new Schedule(0), _clock);
        World world = new()
        {
            Objects = cluster,
            Pods = cluster,
            Notices = cluster,
            Archives = new ArchiveDirectory(_directory.Path, 0),
            Kubelet = node,
            Crik = node,
            Images = new SimulatedRegistry(new Schedule(0)),
        };
        _reader = new FactsReader(world, Some.Settings, new Intents(_known, new Attempts(), new DeletionPauses(_clock)), _clock);
        File.WriteAllBytes(_directory.In(Archive), Crik.Images.Tests.Archives.Containerd());
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_archive_between_the_intent_and_the_failure_is_what_the_object_left()
    {
        CheckpointFacts facts = await _reader.ReadAsync(Failed("one", s_made.AddMilliseconds(100), s_made.AddSeconds(5)), CancellationToken.None);
        Assert.Equal(new CheckpointStep.Discard(Archive), Some.Next(facts));
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(-9, -5)]
    public async Task An_archive_from_another_time_is_left_alone(int intent, int failure)
    {
        CheckpointFacts facts = await _reader.ReadAsync(Failed("one", s_made.AddSeconds(intent), s_made.AddSeconds(failure)), CancellationToken.None);
        Assert.IsType<CheckpointStep.Nothing>(Some.Next(facts));
    }

    [Fact]
    public async Task While_another_object_saves_the_pod_nothing_is_removed()
    {
        PodCheckpointDocument other = Failed("two", s_made, s_made);
        _known.Note(other with { Status = other.Status! with { CompletionTime = null } });
        CheckpointFacts facts = await _reader.ReadAsync(Failed("one", s_made, s_made), CancellationToken.None);
        Assert.IsType<CheckpointStep.Wait>(Some.Next(facts));
    }

    private static PodCheckpointDocument Failed(string name, DateTimeOffset intent, DateTimeOffset failure)
    {
        PodCheckpointStatus status = Some.Accepted(Some.Open() with { FrozenTime = intent }) with { PodUid = "e660", CompletionTime = failure };
        PodCheckpointDocument item = Some.Object(new PodCheckpointSpec { Pod = "static-1" }, status);
        return item with { Metadata = item.Metadata! with { Name = name, Namespace = "default", Uid = $"uid-{name}" } };
    }
}
