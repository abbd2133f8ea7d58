using Crik.Contracts;
using Crik.Diagnostics;

namespace Crik.Nodes;

/// <summary>
/// Keeps asking about this node on a separate thread, so that crik already knows of a shutdown when SIGTERM comes. The thread
/// starts before the program and is the only one that asks: at SIGTERM no new thread and no new descriptor is needed.
/// </summary>
internal sealed class NodeWatch : IDisposable
{
    private const int StackBytes = 256 << 10;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    /// <summary>A server that asks for a longer pause than this is asked again all the same.</summary>
    private static readonly TimeSpan s_longestRetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>How often a question looks whether its caller has given up.</summary>
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(100);

    /// <summary>A kubelet that evicts a pod writes that into the pod's status while it already ends it, and nobody announces it.</summary>
    private static readonly TimeSpan s_untilAskedAgain = TimeSpan.FromMilliseconds(400);

    /// <summary>The shortest time between two questions of which the first failed. No wish of the server makes it longer, for SIGTERM cannot wait.</summary>
    private static readonly TimeSpan s_untilFailureAskedAgain = TimeSpan.FromMilliseconds(150);

    private readonly NodeSource _source;
    private readonly Action<Thread> _start;
    private readonly Action<NodeAnswer>? _heard;
    private readonly FileDescriptor _news = Libc.MakeEventDescriptor();

    /// <summary>Interrupts the thread, because there is a question or because it has to end.</summary>
    private readonly FileDescriptor _wake = Libc.MakeEventDescriptor();

    /// <summary>Wakes the caller of a question, which must not take the news away from whoever polls for them.</summary>
    private readonly FileDescriptor _progress = Libc.MakeEventDescriptor();

    private RecentAnswers _recent = RecentAnswers.None;
    private Question? _question;
    private volatile bool _isOver;
    private bool _isAsking;

    // The thread alone uses these.
    private NodeAnswer _known = NodeAnswer.Unknown("");
    private bool _isFailing;
    private TimeSpan _pause = s_firstPause;

    /// <param name="start">Starts the thread. It may throw as <see cref="Thread.Start()"/> does where no thread can be started.</param>
    /// <param name="heard">Called on that thread after each answer, with the one that SIGTERM would go by. It must not block.</param>
    internal NodeWatch(NodeSource source, Action<Thread> start, Action<NodeAnswer>? heard = null)
    {
        (_source, _start, _heard) = (source, start, heard);
        EnsureThread();
    }

    /// <summary>The last answer. A later failure to get one does not change it.</summary>
    public NodeAnswer Latest => Volatile.Read(ref _recent).Latest;

    /// <inheritdoc cref="RecentAnswers.ForPeople"/>
    public NodeAnswer ForPeople => Volatile.Read(ref _recent).ForPeople(Environment.TickCount64);

    /// <summary>Readable after <see cref="Latest"/> has changed, until <see cref="TakeNews"/>.</summary>
    public int NewsDescriptor => _news.Number;

    public static NodeWatch Start(NodeSource source, Action<NodeAnswer>? heard = null)
    {
        Log.Debug(Event.NodeWatchBegins, $"asking {source.Name} about this node");
        return new NodeWatch(source, thread => thread.Start(), heard);
    }

    public RecentAnswers TakeNews()
    {
        Clear(_news);
        return Volatile.Read(ref _recent);
    }

    /// <summary>
    /// Asks again and blocks the caller until there is an answer. A warning that was just taken back still counts. When the answer decides
    /// nothing, later ones are waited for until the time is up, because the kubelet announces the shutdown of its node while it already ends
    /// the pods. A question that failed is asked again in that time: another replica may know.
    /// </summary>
    /// <param name="decides">Tells whether no later answer could change what the caller does.</param>
    /// <param name="giveUp">Called several times a second; <see langword="true"/> ends the wait.</param>
    public NodeAnswer AskNow(TimeSpan timeout, Func<NodeAnswer, bool> decides, Func<bool> giveUp)
    {
        if (timeout <= TimeSpan.Zero || decides(Decisive))
        {
            return Decisive;
        }

        if (!EnsureThread())
        {
            return NodeAnswer.Unknown($"no thread can be started that asks {_source.Name}");
        }

        NodeAnswer? before = null;
        Question question = Pose(Deadline.In(timeout));
        while (!decides(Best()) && !question.Deadline.HasPassed && !giveUp())
        {
            if (IsAskedAgain())
            {
                before = Best();
                question = Pose(question.Deadline);
            }

            AwaitProgress(question);
        }

        return Best();

        bool IsAskedAgain() => question.HasFailedFor(s_untilFailureAskedAgain)
            || question.Answer is { Disruption: not null } && question.Age >= s_untilAskedAgain;

        NodeAnswer Best() => decides(Decisive) ? Decisive
            : question.Answer is { IsKnown: true } answer ? answer
            : before ?? question.Answer ?? NodeAnswer.Unknown($"{_source.Name} did not answer within {timeout.TotalSeconds} s");
    }

    /// <summary>Asks again and blocks the caller until the first answer, for callers who lose time by waiting for another one.</summary>
    /// <returns>The answer, or the last one before if there is none in time.</returns>
    /// <param name="giveUp">Called several times a second; <see langword="true"/> ends the wait.</param>
    public NodeAnswer AskOnce(TimeSpan timeout, Func<bool> giveUp)
    {
        if (timeout <= TimeSpan.Zero || !EnsureThread())
        {
            return Latest;
        }

        Question question = Pose(Deadline.In(timeout));
        while (question.Answer is not { IsKnown: true } && !question.Deadline.HasPassed && !giveUp())
        {
            question = question.HasFailedFor(s_untilFailureAskedAgain) ? Pose(question.Deadline) : question;
            AwaitProgress(question);
        }

        return Latest;
    }

    private NodeAnswer Decisive => Volatile.Read(ref _recent).Decisive(Environment.TickCount64);

    private void AwaitProgress(Question question)
    {
        Deadline turn = question.Deadline.Left < s_turn ? question.Deadline : Deadline.In(s_turn);
        _ = Libc.PollForReading(_progress, turn.PollTimeout);
        Clear(_progress);
    }

    private Question Pose(Deadline deadline)
    {
        Question question = new(deadline);
        Volatile.Write(ref _question, question);
        Signal(_wake);
        return question;
    }

    /// <summary>Does not wait for the thread: it may be in the resolver, which cannot be interrupted.</summary>
    public void Dispose()
    {
        _isOver = true;
        Signal(_wake);
    }

    private static void Signal(FileDescriptor events) => _ = Libc.TryWrite(events.Number, BitConverter.GetBytes(1UL));

    private static void Clear(FileDescriptor events)
    {
        Span<byte> count = stackalloc byte[8];
        if (Libc.PollForReading(events) != 0)
        {
            Libc.TryRead(events, count);
        }
    }

    /// <summary>The thread cannot be started where the limit of processes is reached. A later call tries it again.</summary>
    private bool EnsureThread()
    {
        if (_isAsking)
        {
            return true;
        }

        try
        {
            _start(NamedThread.Make("node", StackBytes, Watch));
            _isAsking = true;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            Log.Warning(Event.NodeStateUnavailable, $"no thread can be started that asks {_source.Name} about this node; the node's state is unknown",
                ("reason", Faults.Reason(exception)));
        }

        return _isAsking;
    }

    private void Watch()
    {
        while (!_isOver)
        {
            try
            {
                Clear(_wake); // before the question is looked for, so that none is missed
                if (Interlocked.Exchange(ref _question, null) is { } question)
                {
                    Answer(question);
                }
                else
                {
                    AwaitChange();
                }
            }
            catch (HttpException exception)
            {
                if (!exception.WasStopped)
                {
                    Fail(() => Log.Warning(Event.NodeStateUnavailable, $"{_source.Name} does not say how this node is", ("reason", exception.Message)), exception.RetryAfter);
                }
            }
#pragma warning disable CA1031 // an exception that leaves a thread would end the init and with it the program
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Fail(() => Log.Error(Event.NodeWatchFailed, $"asking {_source.Name} about this node failed, which is a bug; crik tries again later: {exception}"));
            }
        }
    }

    private void Answer(Question question)
    {
        _pause = s_firstPause; // whoever asked waits for what comes next, too
        try
        {
            Hear(_source.Ask(question.Deadline, _wake.Number));
            question.Answer = Latest;
        }
        catch (HttpException exception)
        {
            question.Answer = NodeAnswer.Unknown($"{_source.Name}: {exception.Message}");
            throw;
        }
        finally
        {
            Signal(_progress);
        }
    }

    /// <summary>Two requests are at least a pause apart, also when each brings news: replicas that disagree answer at once.</summary>
    private void AwaitChange()
    {
        Deadline next = Deadline.In(_source.Pause);
        Hear(_source.AskForChange(_known, _wake.Number));
        if (!next.HasPassed)
        {
            Sleep(next.Left);
        }
    }

    private void Hear(NodeAnswer answer)
    {
        if (_isFailing)
        {
            Log.Info(Event.NodeStateAvailable, $"{_source.Name} answers again");
        }

        (_isFailing, _pause) = (false, s_firstPause);
        bool isNew = answer.State != _known.State || answer.Reason != _known.Reason || answer.Deadline != _known.Deadline;
        _known = answer with { ClocksAgree = _source.ClocksAgree };
        Volatile.Write(ref _recent, _recent.With(_known, Environment.TickCount64));
        if (!_isOver)
        {
            _heard?.Invoke(Decisive);
        }

        if (isNew)
        {
            Log.Debug(Event.NodeStateKnown, "the node", ("state", answer.State.ToWireName()), ("because", answer.Reason));
            Signal(_news);
            Signal(_progress);
        }
    }

    /// <param name="log">Called for the first failure in a row only.</param>
    /// <param name="retryAfter">The shortest pause that the server wants.</param>
    private void Fail(Action log, TimeSpan retryAfter = default)
    {
        if (!_isFailing)
        {
            _isFailing = true;
            log();
        }

        TimeSpan wanted = retryAfter < s_longestRetryAfter ? retryAfter : s_longestRetryAfter;
        Sleep(wanted + (_pause * (0.5 + (Random.Shared.NextDouble() / 2)))); // not all clients at the same moment
        _pause = _pause * 2 < s_longestPause ? _pause * 2 : s_longestPause;
    }

    private void Sleep(TimeSpan time)
    {
        try
        {
            _ = Libc.PollForReading(_wake, (int)time.TotalMilliseconds);
        }
        catch (LinuxException)
        {
            Thread.Sleep(time); // poll(2) fails when the kernel has no memory; the thread must not end by that
        }
    }

    /// <summary>A question that the thread has to answer at once.</summary>
    private sealed class Question(Deadline deadline)
    {
        /// <summary><see langword="null"/> until there is one; unknown when asking failed.</summary>
        public volatile NodeAnswer? Answer;

        private readonly long _posedAt = Environment.TickCount64;

        public Deadline Deadline => deadline;

        public bool HasFailedFor(TimeSpan time) => Answer is { IsKnown: false } && Age >= time;

        public TimeSpan Age => TimeSpan.FromMilliseconds(Environment.TickCount64 - _posedAt);
    }
}
