using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Watching;

/// <summary>
/// Reports all objects of a type and every change of them, for ever. It lists the objects, then watches them from the
/// version of the list. When a watch ends, the next one continues from there. It lists again when the API server no
/// longer has that version, or when the watch is silent for too long. After each failure it pauses, up to half a minute,
/// or as long as the API server asks.
/// </summary>
/// <remarks>
/// The list is the beginning of a watch (WatchList, KEP 3157) where the API server can do that, and has pages elsewhere.
/// Use each follower once.
/// </remarks>
public sealed class ResourceFollower<T>(KubernetesApi api, ResourceSelection selection, JsonTypeInfo<T> json, FollowOptions options, TimeProvider clock)
    where T : class
{
    /// <summary>
    /// A watch that was open for so long without an ERROR stays open. An API server that no longer has the version
    /// answers with success, and sends the ERROR at once.
    /// </summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(1);

    /// <summary>After so long without a failure, the next one is a new trouble, and its first pause is short.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    /// <summary>Lists that are further apart than this do not slow each other down. client-go uses the same time.</summary>
    private static readonly TimeSpan s_listsApart = TimeSpan.FromMinutes(2);

    private readonly Backoff _failures = Backoff.ForApiServer();
    private readonly Backoff _lists = Backoff.ForApiServer();
    private readonly Paging<T> _paging = new(api, selection, json, options, clock);
    private bool _streamsLists = true;
    private string? _version;
    private int _refusals;
    private long? _listedAt;
    private long? _openedAt;

    /// <summary>
    /// After how many seconds the API server ends a watch. The value is random, so that the watches of all replicas do
    /// not end at the same time.
    /// </summary>
    private static string WatchSeconds => Random.Shared.Next(300, 600).ToString(CultureInfo.InvariantCulture);

    /// <summary>Reports until it is canceled.</summary>
    /// <param name="seen">Is called for one report after the other. The next one waits until it returns.</param>
    /// <exception cref="OperationCanceledException">The only end.</exception>
    public async Task FollowAsync(Action<ResourceChange<T>> seen, CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan pause;
            try
            {
                _openedAt = null;
                await ReadAsync(seen, cancellationToken);
                pause = _openedAt is { } opened && clock.GetElapsedTime(opened) < s_settled ? _failures.Next() : TimeSpan.Zero;
            }
            catch (KubernetesException failure)
            {
                FollowTrouble trouble = Failed(failure);
                seen(new ResourceChange<T>(ResourceChangeKind.Failed, _version, null, trouble));
                _version = trouble.ListsAgain ? null : _version;
                pause = trouble.Pause;
            }

            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    private async Task ReadAsync(Action<ResourceChange<T>> seen, CancellationToken cancellationToken)
    {
        if (_version is { } version)
        {
            await WatchAsync(version, seen, cancellationToken);
            return;
        }

        if (_listedAt is { } before && clock.GetElapsedTime(before) > s_listsApart)
        {
            _lists.Reset();
        }

        _listedAt = clock.GetTimestamp();
        seen(new ResourceChange<T>(ResourceChangeKind.ListBegins));
        if (!_streamsLists || !await StreamListAsync(seen, cancellationToken))
        {
            _version = await _paging.ReadAsync(seen, cancellationToken);
            _refusals = 0;
            seen(new ResourceChange<T>(ResourceChangeKind.Listed, _version));
        }
    }

    /// <summary>Reads the list as the beginning of a watch, and then goes on with this watch.</summary>
    /// <returns><see langword="false"/> when the API server cannot do that.</returns>
    private async Task<bool> StreamListAsync(Action<ResourceChange<T>> seen, CancellationToken cancellationToken)
    {
        bool isComplete = false;
        try
        {
            string path = selection.Request(
                ("watch", "true"),
                ("allowWatchBookmarks", "true"),
                ("sendInitialEvents", "true"),
                ("resourceVersionMatch", "NotOlderThan"),
                ("timeoutSeconds", WatchSeconds));
            using StreamedResponse response = await StreamedResponse.OpenAsync(api, path, Waiting("the list"), cancellationToken);
            WatchReader<T> reader = new(response.Buffer, json);
            while (!isComplete)
            {
                WatchEvent<T> happened = await response.NextAsync(reader.ReadAsync) ?? throw KubernetesException.NoAnswer("the list ended before it was complete");
                isComplete = happened.Type is WatchEventType.InitialEventsEnd;
                _version = isComplete ? happened.Version : null;
                if (happened.Item is not null)
                {
                    seen(ReportOf(happened) with { Version = null });
                }
            }

            _refusals = 0;
            seen(new ResourceChange<T>(ResourceChangeKind.Listed, _version));
            seen(new ResourceChange<T>(ResourceChangeKind.WatchBegins, _version));
            seen(new ResourceChange<T>(ResourceChangeKind.Opened));
            await ReadEventsAsync(response, reader, isOpen: true, seen);
            return true;
        }
        catch (KubernetesException failure) when (!isComplete && FollowDecision.CannotStreamLists(failure))
        {
            return _streamsLists = false;
        }
        catch (KubernetesException failure) when (!isComplete && FollowDecision.PrefersPages(failure))
        {
            _streamsLists = false;
            throw;
        }
    }

    private async Task WatchAsync(string version, Action<ResourceChange<T>> seen, CancellationToken cancellationToken)
    {
        seen(new ResourceChange<T>(ResourceChangeKind.WatchBegins, version));
        string path = selection.Request(
            ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", version), ("timeoutSeconds", WatchSeconds));
        using StreamedResponse response = await StreamedResponse.OpenAsync(api, path, Waiting("the watch"), cancellationToken);
        await ReadEventsAsync(response, new WatchReader<T>(response.Buffer, json), isOpen: false, seen);
    }

    private async Task ReadEventsAsync(StreamedResponse response, WatchReader<T> reader, bool isOpen, Action<ResourceChange<T>> seen)
    {
        _openedAt = clock.GetTimestamp();
        while (true)
        {
            Task<WatchEvent<T>?> next = response.NextAsync(reader.ReadAsync);
            if (!isOpen && (await Task.WhenAny(next, Task.Delay(s_settled, clock)) != next || next is { IsCompletedSuccessfully: true, Result: not null }))
            {
                isOpen = true;
                seen(new ResourceChange<T>(ResourceChangeKind.Opened));
            }

            if (await next is not { } happened)
            {
                seen(new ResourceChange<T>(ResourceChangeKind.Ended));
                return;
            }

            _failures.Reset();
            _refusals = 0;
            _version = happened.Version is { Length: > 0 } version ? version : _version;
            if (happened.Type is WatchEventType.Bookmark or WatchEventType.InitialEventsEnd || happened.Item is not null)
            {
                seen(ReportOf(happened));
            }
        }
    }

    private FollowTrouble Failed(KubernetesException failure)
    {
        if (_openedAt is { } opened && clock.GetElapsedTime(opened) > s_quiet)
        {
            _failures.Reset();
        }

        _refusals += FollowDecision.MayBeTheVersion(failure) ? 1 : 0;
        bool listsAgain = FollowDecision.ListsAgain(failure, _refusals);
        return new FollowTrouble(failure.Message, listsAgain, (listsAgain ? _lists : _failures).Next(failure.RetryAfter)) { IsTypeMissing = failure.IsNotFound };
    }

    private StreamedResponse.Waiting Waiting(string what) => new(what, options.IdleTimeout, clock);

    private static ResourceChange<T> ReportOf(WatchEvent<T> happened) => new(
        happened.Type switch
        {
            WatchEventType.Present => ResourceChangeKind.Present,
            WatchEventType.Deleted => ResourceChangeKind.Deleted,
            _ => ResourceChangeKind.Bookmark,
        },
        happened.Version,
        happened.Item);
}
