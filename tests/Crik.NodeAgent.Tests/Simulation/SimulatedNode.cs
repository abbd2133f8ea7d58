using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Engines;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Tests.Simulation;

/// <summary>The kubelet of a simulation and its directory. What it began goes on when the agent dies.</summary>
internal sealed class SimulatedNode : ICheckpointArchives, IKubelet, ICrik
{
    /// <summary>An archive that somebody else has made, of a container that nobody saves.</summary>
    public const string Foreign = "checkpoint-other_team-app-2026-11-23T18:00:00Z.tar";

    private readonly Schedule _schedule;
    private readonly SimulatedClock _clock;
    private readonly List<(DateTimeOffset At, SimulatedArchive Archive)> _coming = [];
    private int _number;

    public SimulatedNode(Schedule schedule, SimulatedClock clock)
    {
        (_schedule, _clock) = (schedule, clock);
        Left[Foreign] = new SimulatedArchive(Foreign, new ContainerName("team", "other", "app"), clock.GetUtcNow(), true);
        clock.Moved += Arrive;
    }

    /// <summary>The files in the directory of the kubelet.</summary>
    public Dictionary<string, SimulatedArchive> Left { get; } = [];

    /// <summary>The files in the directory of the agent.</summary>
    public Dictionary<HeldArchive, SimulatedArchive> Claimed { get; } = [];

    /// <summary>Is called for every request to the kubelet.</summary>
    public Action<ContainerName> Asked { get; set; } = static _ => { };

    public int Coming => _coming.Count;

    public async Task<KubeletAnswer> CheckpointAsync(ContainerName container, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await _schedule.PointAsync();
        if (_schedule.Happens(10))
        {
            return new KubeletAnswer.NotAsked("the schedule lets nobody reach the kubelet");
        }

        Asked(container);
        string name = $"checkpoint-{container.Pod}_team-{container.Container}-{_number++}.tar";
        SimulatedArchive archive = new(name, container, _clock.GetUtcNow(), !_schedule.Happens(15));
        if (_schedule.Happens(5))
        {
            Left[name] = archive with { IsComplete = false };
            return new KubeletAnswer.Refused(PodCheckpointReasons.KubeletCannotCheckpoint, "the schedule lets criu fail");
        }

        // Sometimes it takes long, and sometimes it never ends. The agent may die in the meantime.
        if (!_schedule.Happens(10))
        {
            _coming.Add((_clock.GetUtcNow() + (_schedule.Next(100) * timeout / 100), archive));
        }

        await _schedule.PointAsync();
        if (_schedule.Happens(15))
        {
            return new KubeletAnswer.Lost("the schedule breaks the connection");
        }

        while (!Left.ContainsKey(name))
        {
            if (!_coming.Exists(one => one.Archive == archive))
            {
                return new KubeletAnswer.Lost("the kubelet does not answer in time");
            }

            await _schedule.PointAsync();
        }

        return new KubeletAnswer.Made(name);
    }

    public IReadOnlyList<HeldArchive> Held() => Checked(() => (IReadOnlyList<HeldArchive>)[.. Claimed.Keys]);

    public async Task<IReadOnlyList<FoundArchive>> FindAsync(SavedContainer container, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await _schedule.PointAsync();
        return [.. Left.Values.Where(archive => archive.Container == container.Name && archive.MadeAt >= since).OrderBy(static archive => archive.MadeAt)
            .Select(static archive => new FoundArchive(archive.FileName, archive.MadeAt, archive.IsComplete))];
    }

    public void Claim(string fileName, HeldArchive archive) => Checked(() =>
    {
        if (_schedule.Happens(5))
        {
            throw new ArchiveException(PodCheckpointReasons.ArchiveLost, "the schedule lets the rename fail");
        }

        Assert.True(Left.Remove(fileName, out SimulatedArchive? found), $"{fileName} is there");
        Assert.True(Claimed.TryAdd(archive, found), $"{archive} was not there yet");
        return true;
    });

    public async Task<CheckedArchive> CheckAsync(HeldArchive archive, SavedContainer container, CancellationToken cancellationToken)
    {
        await _schedule.PointAsync();
        SimulatedArchive found = Claimed[archive];
        Assert.Equal(container.Name, found.Container);
        return found.IsComplete ? new CheckedArchive(1000, "containerd", null, found.MadeAt) : throw new ArchiveException(PodCheckpointReasons.BadArchive, "it is truncated");
    }

    public Stream Open(HeldArchive archive) => new MemoryStream();

    public void Remove(HeldArchive archive) => Checked(() => Claimed.Remove(archive));

    public void Discard(string fileName) => Checked(() => Left.Remove(fileName));

    public string? DiskProblem(long? memory) => null;

    public Task<bool> AnswersAsync(ContainerName container, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<CrikAnswer> CheckpointAsync(ContainerName container, bool runsOn, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("no container of a simulation has crik");

    public Task<CrikGeneration?> NewestAsync(ContainerName container, DateTimeOffset since, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("no container of a simulation has crik");

    private void Arrive()
    {
        foreach ((DateTimeOffset at, SimulatedArchive archive) in _coming.ToArray().Where(one => one.At <= _clock.GetUtcNow()))
        {
            _coming.Remove((at, archive));
            Left[archive.FileName] = archive;
        }
    }

    private T Checked<T>(Func<T> effect)
    {
        _schedule.Check();
        return effect();
    }
}

/// <summary>A file with a checkpoint.</summary>
internal sealed record SimulatedArchive(string FileName, ContainerName Container, DateTimeOffset MadeAt, bool IsComplete);
