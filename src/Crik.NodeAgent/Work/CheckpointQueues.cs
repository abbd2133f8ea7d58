using System.Collections.Concurrent;
using Crik.Contracts;
using Crik.Contracts.PodCheckpoints;
using Crik.Hosting;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Kubernetes.Watching;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Configuration;
using Crik.NodeAgent.Objects;

namespace Crik.NodeAgent.Work;

/// <summary>Follows PodCheckpoints and the pods of this node, and works on the objects of this agent.</summary>
internal sealed class CheckpointQueues : BackgroundService
{
    private static readonly TimeSpan s_beforeList = TimeSpan.FromSeconds(1);

    /// <summary>The pause after a failure of the file system of the node.</summary>
    private static readonly TimeSpan s_diskPause = TimeSpan.FromSeconds(10);

    private readonly KubernetesApi _api;
    private readonly AgentOptions _options;
    private readonly CheckpointWork _work;
    private readonly KnownCheckpoints _known;
    private readonly PodsHere _pods;
    private readonly TimeProvider _clock;
    private readonly ILogger<CheckpointQueues> _log;
    private readonly WorkLanes _lanes;
    private readonly HashSet<ObjectName> _listed = [];

    /// <summary>When a step that has failed may be tried again. News about the object, such as that of the failure, do not shorten it.</summary>
    private readonly ConcurrentDictionary<(ObjectName Name, bool IsSlow), DateTimeOffset> _notBefore = [];

    public CheckpointQueues(KubernetesApi api, AgentOptions options, CheckpointWork work, KnownCheckpoints known, IServiceProvider services)
    {
        (_api, _options, _work, _known) = (api, options, work, known);
        _clock = services.GetRequiredService<TimeProvider>();
        _log = services.GetRequiredService<ILogger<CheckpointQueues>>();
        _pods = new PodsHere(api, options.Settings.Node, _clock);
        _lanes = new WorkLanes(options, known, DoAsync, Failed, _clock);
    }

    /// <summary>Whether all PodCheckpoints have been listed once.</summary>
    public bool IsReady { get; private set; }

    /// <summary>How many objects wait for their turn.</summary>
    public int Length => _lanes.Length;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ResourceFollower<PodCheckpointDocument> objects = new(
            _api, new ResourceSelection(CheckpointObjects.Type), ContractsJson.Default.PodCheckpointDocument, new FollowOptions(), _clock);
        return Together.RunAsync(
            stoppingToken,
            [
                token => objects.FollowAsync(Seen, token),
                token => _pods.FollowAsync(PodAppeared, Tell, token),
                .. _lanes.Loops,
            ]);
    }

    private async Task<TimeSpan?> DoAsync(ObjectName name, bool isSlow, CancellationToken cancellationToken)
    {
        if (!IsReady)
        {
            return s_beforeList; // two objects of one pod must know of each other
        }

        if (PauseOf(name, isSlow) is { } left)
        {
            return left;
        }

        try
        {
            switch (await _work.DoAsync(name, isSlow, cancellationToken))
            {
                case WorkResult.Again again:
                    if (again.HasFailed)
                    {
                        _notBefore[(name, isSlow)] = _clock.GetUtcNow() + again.Pause;
                    }

                    return again.Pause;
                case WorkResult.OtherQueue other:
                    _lanes.Add(name, !isSlow);
                    return other.Meanwhile;
                case WorkResult.Gone:
                    RemoveOrphans(); // its archive may have come after the news of the deletion
                    return null;
                default:
                    return null;
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _log.Interrupted(name.Namespace!, name.Name, problem.Message, s_diskPause.TotalSeconds);
            return s_diskPause;
        }
    }

    /// <returns>Null if the object may be worked on. That of one that is being deleted always may.</returns>
    private TimeSpan? PauseOf(ObjectName name, bool isSlow)
    {
        bool isDeleted = _known.Find(name) is not { Metadata.DeletionTimestamp: null };
        if (_notBefore.TryGetValue((name, isSlow), out DateTimeOffset at) && at > _clock.GetUtcNow() && !isDeleted)
        {
            return at - _clock.GetUtcNow();
        }

        _notBefore.TryRemove((name, isSlow), out _);
        return null;
    }

    private void Seen(ResourceChange<PodCheckpointDocument> change)
    {
        switch (change)
        {
            case { Kind: ResourceChangeKind.ListBegins }:
                _listed.Clear();
                break;
            case { Kind: ResourceChangeKind.Present, Item: { Metadata: { Name: not null, Namespace: not null, Uid: not null } metadata } item }:
                _listed.Add(KnownCheckpoints.NameOf(item));
                _known.Note(item);
                if (metadata.DeletionTimestamp is not null)
                {
                    _work.Interrupt(metadata.Uid);
                }

                AddIfMine(item);
                break;
            case { Kind: ResourceChangeKind.Deleted, Item: { Metadata: { Name: not null, Namespace: not null } } item }:
                _known.Forget(item);
                RemoveOrphans();
                break;
            case { Kind: ResourceChangeKind.Listed }:
                foreach (PodCheckpointDocument gone in _known.All.Where(item => !_listed.Contains(KnownCheckpoints.NameOf(item))))
                {
                    _known.Forget(KnownCheckpoints.NameOf(gone));
                }

                IsReady = true;
                RemoveOrphans();
                break;
            case { Trouble: { } trouble }:
                Tell(trouble);
                break;
        }
    }

    private void PodAppeared(ObjectName pod)
    {
        foreach (PodCheckpointDocument item in _known.All.Where(item => item.Metadata!.Namespace == pod.Namespace && item.Spec?.Pod == pod.Name))
        {
            AddIfMine(item);
        }
    }

    private void AddIfMine(PodCheckpointDocument item)
    {
        bool isMine = item.Status?.Node is { } node ? node == _options.Settings.Node : item.Spec?.Pod is { } pod && _pods.Contains(new ObjectName(item.Metadata!.Namespace, pod));
        bool isOver = item is { Status.CompletionTime: not null, Metadata.DeletionTimestamp: null };
        if (isMine && !(isOver && !Holds(item.Metadata!.Uid!) && (IsReady || !KnownCheckpoints.IsOpen(item.Status!))))
        {
            _lanes.Add(KnownCheckpoints.NameOf(item), isSlow: false);
        }
    }

    private bool Holds(string uid)
    {
        try
        {
            return _work.Holds(uid);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _log.DirectoryNotRead(_options.CheckpointDirectory, problem.Message);
            return true; // the next look tells
        }
    }

    private void RemoveOrphans()
    {
        try
        {
            HashSet<string> known = [.. _known.All.Select(static item => item.Metadata!.Uid!)];
            foreach (HeldArchive orphan in IsReady ? _work.RemoveOrphans(known.Contains) : [])
            {
                _log.OrphanRemoved(orphan.FileName);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _log.DirectoryNotRead(_options.CheckpointDirectory, problem.Message);
        }
    }

    private void Failed(ObjectName name, KubernetesException problem, TimeSpan pause) => _log.Interrupted(name.Namespace!, name.Name, problem.Message, pause.TotalSeconds);

    private void Tell(FollowTrouble trouble) => _log.FollowingFailed(trouble.Problem, trouble.Pause.TotalSeconds);
}
