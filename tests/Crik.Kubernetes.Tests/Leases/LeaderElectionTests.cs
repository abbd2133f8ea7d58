using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Leases;
using Crik.Kubernetes.Resources;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;

namespace Crik.Kubernetes.Tests.Leases;

public sealed class LeaderElectionTests : IAsyncLifetime
{
    private const string Path = "/apis/coordination.k8s.io/v1/namespaces/here/leases";

    private readonly StandInObjects _objects = new(Path);
    private readonly ShiftedClock _clock = new();
    private readonly CancellationTokenSource _end = new();
    private volatile bool _isDown;
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;

    public async Task InitializeAsync()
    {
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = context => _isDown ? RefuseAsync(context) : _objects.AnswerAsync(context);
        _api = new KubernetesApi(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
    }

    public async Task DisposeAsync()
    {
        await _end.CancelAsync();
        _api.Dispose();
        await _server.DisposeAsync();
        _end.Dispose();
    }

    [Fact]
    public async Task One_of_two_candidates_leads_and_the_other_follows_at_once_when_it_ends()
    {
        using CancellationTokenSource firstEnds = new();
        Candidate first = Start("first", firstEnds.Token);
        await Eventually.TrueAsync(() => first.Leads, "the first leads");
        Candidate second = Start("second", _end.Token);
        await Eventually.TrueAsync(() => second.Looks > 2, "the second has looked");
        Assert.Equal((true, false), (first.Leads, second.Leads));

        await firstEnds.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Running);

        await Eventually.TrueAsync(() => second.Leads, "the second leads");
        Assert.Equal(("second", 1), ((string?)Spec["holderIdentity"], (int?)Spec["leaseTransitions"]));
    }

    [Fact]
    public async Task A_lease_of_a_candidate_that_vanished_is_taken_when_its_time_is_over_by_ones_own_clock()
    {
        await PutAsync("vanished", "2099-01-01T00:00:00.000000Z"); // whatever the other clock says
        Candidate second = Start("second", _end.Token);
        await Eventually.TrueAsync(() => second.Looks > 2, "it has looked");
        Assert.False(second.Leads);

        _clock.Forward(TimeSpan.FromSeconds(16));

        await Eventually.TrueAsync(() => second.Leads, "it leads");
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_its_lease_stops_before_another_one_may_begin()
    {
        Candidate leader = Start("leader", _end.Token);
        await Eventually.TrueAsync(() => leader.Leads, "it leads");

        _isDown = true;
        await Eventually.TrueAsync(() => leader.Failures > 0, "a renewal has failed");
        Assert.True(leader.Leads);
        _clock.Forward(TimeSpan.FromSeconds(11)); // less than the lease lasts

        await Eventually.TrueAsync(() => !leader.Leads, "it has stopped");
        _isDown = false;
        await Eventually.TrueAsync(() => leader.Leads, "it leads again");
        Assert.Equal(2, leader.Beginnings);
    }

    [Fact]
    public async Task A_leader_whose_lease_another_candidate_has_taken_stops_at_once()
    {
        Candidate leader = Start("leader", _end.Token);
        await Eventually.TrueAsync(() => leader.Leads, "it leads");

        _objects.Edit("crik", lease => lease["spec"]!["holderIdentity"] = "other");

        await Eventually.TrueAsync(() => !leader.Leads, "it has stopped");
    }

    [Fact]
    public async Task A_leader_that_fails_ends_the_election_and_gives_the_lease_back()
    {
        LeaderElection election = new(_api, Options("leader"), _clock);

        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Eventually.InTimeAsync(election.RunAsync(_ => Task.FromException(new InvalidOperationException("a bug")), _end.Token)));

        Assert.Equal("a bug", failure.Message);
        Assert.Equal("", (string?)Spec["holderIdentity"]);
    }

    private JsonNode Spec => _objects["crik"]["spec"]!;

    private static LeaseOptions Options(string identity) => new(new ObjectName("here", "crik"), identity) { RetryPeriod = TimeSpan.FromMilliseconds(20) };

    private Candidate Start(string identity, CancellationToken cancellationToken) => new(_api, Options(identity), _clock, cancellationToken);

    private async Task PutAsync(string holder, string renewed) => await ResourceClient.OfJson(_api, new ResourceType("coordination.k8s.io", "v1", "leases")).CreateAsync(
        "here",
        new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "crik" },
            ["spec"] = new JsonObject { ["holderIdentity"] = holder, ["leaseDurationSeconds"] = 15, ["renewTime"] = renewed },
        },
        _end.Token);

    private static async Task<bool> RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = 503;
        await context.Response.WriteAsync("no");
        return true;
    }

    private sealed class Candidate
    {
        private readonly LeaderElection _election;
        private int _beginnings;
        private int _failures;

        public Candidate(KubernetesApi api, LeaseOptions options, TimeProvider clock, CancellationToken cancellationToken)
        {
            CountingClock counted = new(clock);
            _election = new LeaderElection(api, options, counted) { Failed = _ => Interlocked.Increment(ref _failures) };
            Counted = counted;
            Running = _election.RunAsync(LeadAsync, cancellationToken);
        }

        public Task Running { get; }

        public bool Leads { get; private set; }

        public int Beginnings => _beginnings;

        public int Failures => _failures;

        public int Looks => Counted.Timers;

        private CountingClock Counted { get; }

        private async Task LeadAsync(CancellationToken lost)
        {
            Interlocked.Increment(ref _beginnings);
            Leads = true;
            await Task.Delay(Timeout.Infinite, lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Leads = false;
        }
    }

    /// <summary>Counts the pauses between two looks at the lease.</summary>
    private sealed class CountingClock(TimeProvider clock) : TimeProvider
    {
        private int _timers;

        public int Timers => _timers;

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _timers);
            return clock.CreateTimer(callback, state, dueTime, period);
        }
    }
}
