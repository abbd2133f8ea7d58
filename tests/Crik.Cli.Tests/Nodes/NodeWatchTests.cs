using System.Collections.Concurrent;
using System.Diagnostics;
using Crik.Contracts;
using Crik.Linux;
using Crik.Nodes;

namespace Crik.Tests.Nodes;

public sealed class NodeWatchTests
{
    private const string Ready = """{"name":"node-1","state":"ready","reason":"nothing","version":5}""";
    private const string NotDisrupted = """{"name":"node-1","state":"ready","version":1,"disruption":"None"}""";
    private const string Cordoned = """{"name":"node-1","state":"cordoned","reason":"drain","version":6}""";
    private const string ShuttingDown = """{"name":"node-1","state":"shutting-down","reason":"kubelet","version":7}""";

    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);

    /// <summary>poll(2) and the clock that measures round differently.</summary>
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void A_watch_goes_on_through_failures_and_keeps_the_last_warning()
    {
        string[] answers = ["garbage", Ready, Cordoned, "garbage"];
        int asked = 0;
        using StandInServer server = new(_ => StandInServer.Json(answers[Math.Min(asked++, answers.Length - 1)]));
        using NodeWatch watch = Watch(server);

        WaitUntil(() => watch.Latest.State == NodeState.Cordoned && server.Requests.Length > 4);
        Assert.Equal("drain", watch.TakeNews().Latest.Reason);
    }

    [Fact]
    public void A_question_does_not_wait_for_the_request_that_the_server_holds()
    {
        string now = Ready;
        using StandInServer server = new(request => IsHeld(request) ? null : StandInServer.Json(now));
        using NodeWatch watch = Watch(server);
        WaitUntil(() => server.Requests.Any(IsHeld));
        now = ShuttingDown;

        NodeAnswer answer = watch.AskNow(s_long, IsShuttingDown, () => false);

        Assert.Equal(NodeState.ShuttingDown, answer.State);
        Assert.Equal(answer, watch.Latest);
    }

    [Fact]
    public void An_answer_that_decides_nothing_is_followed_by_the_wait_for_one_that_does()
    {
        int held = 0;
        using StandInServer server = new(request => !IsHeld(request) ? StandInServer.Json(Ready) : ++held == 1 ? null : StandInServer.Json(ShuttingDown));
        using NodeWatch watch = Watch(server);
        WaitUntil(() => server.Requests.Any(IsHeld));

        Assert.Equal(NodeState.ShuttingDown, watch.AskNow(s_long, IsShuttingDown, () => false).State);
    }

    [Fact]
    public void A_known_answer_that_decides_is_returned_without_a_question()
    {
        using StandInServer server = new(request => IsHeld(request) ? null : StandInServer.Json(ShuttingDown));
        using NodeWatch watch = Watch(server);
        WaitUntil(() => server.Requests.Any(IsHeld));
        int asked = server.Requests.Length;

        Assert.Equal("kubelet", watch.AskNow(s_long, IsShuttingDown, () => false).Reason);
        Assert.Equal(asked, server.Requests.Length);
    }

    [Fact]
    public void When_nobody_answers_in_time_the_state_is_unknown_even_if_it_was_ready()
    {
        bool isSilent = false;
        using StandInServer server = new(request => isSilent || IsHeld(request) ? null : StandInServer.Json(Ready));
        using NodeWatch watch = Watch(server);
        WaitUntil(() => server.Requests.Any(IsHeld));
        isSilent = true;

        NodeAnswer answer = watch.AskNow(TimeSpan.FromSeconds(1), IsShuttingDown, () => false);

        Assert.Equal(NodeState.Unknown, answer.State);
        Assert.Contains(server.Address.HostHeader, answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_ends_when_the_caller_gives_it_up()
    {
        using StandInServer server = new(_ => null);
        using NodeWatch watch = Watch(server);
        int looked = 0;

        NodeAnswer answer = watch.AskNow(s_long, IsShuttingDown, () => ++looked == 3);

        Assert.Equal(3, looked);
        Assert.Equal(NodeState.Unknown, answer.State);
    }

    [Fact]
    public void A_question_does_not_take_news_away_from_those_who_poll()
    {
        using StandInServer server = new(request => IsHeld(request) ? null : StandInServer.Json(ShuttingDown));
        using NodeWatch watch = Watch(server);

        watch.AskNow(s_long, IsShuttingDown, () => false);

        Span<Libc.PollEntry> news = [new() { Descriptor = watch.NewsDescriptor, Events = Libc.POLLIN }];
        Libc.Poll(news, -1);
        Assert.Equal(NodeState.ShuttingDown, watch.TakeNews().Latest.State);
        Libc.Poll(news, 0);
        Assert.Equal(0, news[0].Returned);
    }

    [Fact]
    public void When_no_thread_can_be_started_the_state_is_unknown_and_nothing_is_thrown()
    {
        using StandInServer server = new(_ => StandInServer.Json(ShuttingDown));
        int tried = 0;
        using NodeWatch watch = new(Source(server), _ => { tried++; throw new InsufficientMemoryException(); });

        NodeAnswer answer = watch.AskNow(s_long, IsShuttingDown, () => false);

        Assert.Equal(NodeState.Unknown, answer.State);
        Assert.Contains("no thread can be started", answer.Reason, StringComparison.Ordinal);
        Assert.Equal(2, tried);
    }

    [Fact]
    public void A_thread_that_could_not_be_started_at_first_is_started_for_the_question()
    {
        using StandInServer server = new(request => IsHeld(request) ? null : StandInServer.Json(ShuttingDown));
        bool canStart = false;
        using NodeWatch watch = new(Source(server), thread =>
        {
            if (!canStart)
            {
                throw new InsufficientMemoryException();
            }

            thread.Start();
        });
        canStart = true;

        Assert.Equal(NodeState.ShuttingDown, watch.AskNow(s_long, IsShuttingDown, () => false).State);
    }

    [Fact]
    public void The_thread_ends_after_the_watch_is_disposed()
    {
        using StandInServer server = new(_ => null);
        Thread? started = null;
        NodeWatch watch = new(Source(server), thread => (started = thread).Start());
        WaitUntil(() => server.Requests.Length > 0);

        watch.Dispose();

        Assert.True(started!.Join(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void A_pod_that_is_marked_as_evicted_after_its_SIGTERM_is_noticed_because_crik_asks_again()
    {
        int asked = 0;
        using StandInServer server = new(request => IsHeld(request) ? null
            : StandInServer.Json($$"""{"name":"node-1","state":"ready","version":1,"disruption":"{{(IsAboutPod(request) && ++asked > 1 ? "TerminationByKubelet" : "None")}}"}"""));
        using NodeWatch watch = WatchPod(server);

        Assert.Equal("TerminationByKubelet", watch.AskNow(s_long, answer => answer.IsDisrupted, () => false).Disruption);
    }

    [Fact]
    public void A_repeat_of_the_question_that_fails_does_not_take_back_the_answer_before_it()
    {
        int asked = 0;
        using StandInServer server = new(request => IsHeld(request) ? null : StandInServer.Json(IsAboutPod(request) && ++asked > 1 ? "garbage" : NotDisrupted));
        using NodeWatch watch = WatchPod(server);
        int looked = 0;

        NodeAnswer answer = watch.AskNow(s_long, answer => answer.IsDisrupted, () => asked > 1 && ++looked > 10);

        Assert.Equal((NodeState.Ready, true), (answer.State, asked > 1));
    }

    [Fact]
    public void A_question_that_one_replica_cannot_answer_is_asked_again_within_its_time_whatever_pause_that_replica_wants()
    {
        int asked = 0;
        using StandInServer server = new(request => IsHeld(request) ? null : ++asked switch
        {
            1 => StandInServer.Json(Ready),
            2 => StandInServer.Json("""{"name":"node-1","reason":"this replica lags"}""", "503 Service Unavailable").Replace("\r\n\r\n", "\r\nRetry-After: 60\r\n\r\n", StringComparison.Ordinal),
            _ => StandInServer.Json(ShuttingDown),
        });
        using NodeWatch watch = Watch(server);
        WaitUntil(() => server.Requests.Any(IsHeld));

        Assert.Equal(NodeState.ShuttingDown, watch.AskNow(TimeSpan.FromSeconds(30), IsShuttingDown, () => false).State);
    }

    [Fact]
    public void A_server_that_tells_nothing_about_the_pod_is_not_asked_again()
    {
        using StandInServer server = new(request => IsHeld(request) ? null : StandInServer.Json(Ready));
        using NodeWatch watch = WatchPod(server);

        watch.AskNow(TimeSpan.FromSeconds(1), answer => answer.IsDisrupted, () => false);

        Assert.Single(server.Requests, IsAboutPod);
    }

    [Fact]
    public void Two_replicas_that_disagree_are_asked_slowly_and_the_graver_answer_counts()
    {
        int asked = 0;
        using StandInServer server = new(_ => StandInServer.Json(asked++ % 2 == 0 ? ShuttingDown : Ready));
        ServerSource source = Source(server);
        ConcurrentQueue<NodeState> heard = new();
        Stopwatch clock = Stopwatch.StartNew();
        using NodeWatch watch = NodeWatch.Start(source, answer => heard.Enqueue(answer.State));

        WaitUntil(() => heard.Count >= 4);
        Assert.InRange(clock.Elapsed, 3 * source.Pause - s_tolerance, s_long);
        Assert.DoesNotContain(NodeState.Ready, heard);

        WaitUntil(() => watch.Latest.State == NodeState.Ready);
        int before = server.Requests.Length;
        Assert.StartsWith("kubelet (taken back", watch.AskNow(s_long, IsShuttingDown, () => false).Reason, StringComparison.Ordinal);
        Assert.InRange(server.Requests.Length, before, before + 1);
    }

    [Fact]
    public void A_server_that_asks_for_a_pause_gets_it()
    {
        ConcurrentQueue<TimeSpan> asked = new();
        Stopwatch clock = Stopwatch.StartNew();
        using StandInServer server = new(_ =>
        {
            asked.Enqueue(clock.Elapsed);
            return StandInServer.Json("""{"error":"busy"}""", "503 Service Unavailable").Replace("\r\n\r\n", "\r\nRetry-After: 3\r\n\r\n", StringComparison.Ordinal);
        });
        using NodeWatch watch = Watch(server);

        WaitUntil(() => asked.Count >= 2);
        Assert.InRange(asked.ElementAt(1) - asked.First(), TimeSpan.FromSeconds(3) - s_tolerance, s_long);
    }

    [Fact]
    public void Each_answer_is_told_before_anybody_takes_it()
    {
        using StandInServer server = new(request => IsHeld(request) ? null : StandInServer.Json(ShuttingDown));
        ConcurrentQueue<NodeState> heard = new();

        using NodeWatch watch = NodeWatch.Start(Source(server), answer => heard.Enqueue(answer.State));

        WaitUntil(() => !heard.IsEmpty);
        Assert.Equal(NodeState.ShuttingDown, heard.First());
    }

    [Fact]
    public void A_source_with_a_bug_does_not_end_the_thread()
    {
        using NodeWatch watch = NodeWatch.Start(new BrokenOnceSource());

        WaitUntil(() => watch.Latest.State == NodeState.Cordoned);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-3600, false)]
    [InlineData(3600, false)]
    [InlineData(null, false)]
    public void A_deadline_is_trusted_when_the_servers_Date_agrees_with_our_clock(int? difference, bool agrees)
    {
        string date = difference is { } seconds ? $"Date: {DateTimeOffset.UtcNow.AddSeconds(seconds):r}\r\n" : "";
        using StandInServer server = new(_ => StandInServer.Json(ShuttingDown).Replace("\r\n\r\n", $"\r\n{date}\r\n", StringComparison.Ordinal));
        using NodeWatch watch = Watch(server);

        WaitUntil(() => watch.Latest.IsKnown);
        Assert.Equal(agrees, watch.Latest.ClocksAgree);
    }

    private static bool IsHeld(string request) => request.Contains("?wait=", StringComparison.Ordinal);

    private static bool IsAboutPod(string request) => request.Contains("?pod=", StringComparison.Ordinal);

    private static bool IsShuttingDown(NodeAnswer answer) => answer.State == NodeState.ShuttingDown;

    private static ServerSource Source(StandInServer server) => new(server.Address, "node-1", null);

    private static NodeWatch Watch(StandInServer server) => NodeWatch.Start(Source(server));

    private static NodeWatch WatchPod(StandInServer server) =>
        NodeWatch.Start(new ServerSource(server.Address, "node-1", null, new AskedPod("default", "web-0", "uid")));

    private static void WaitUntil(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(60)));

    private sealed class BrokenOnceSource : NodeSource
    {
        private bool _hasFailed;

        public override string Name => "a source with a bug";

        public override bool ClocksAgree => false;

        public override TimeSpan Pause => TimeSpan.FromMinutes(1);

        public override NodeAnswer Ask(Deadline deadline, int stop = -1)
        {
            if (_hasFailed)
            {
                return new NodeAnswer(NodeState.Cordoned, "drain");
            }

            _hasFailed = true;
            throw new InvalidOperationException("a bug");
        }
    }
}
