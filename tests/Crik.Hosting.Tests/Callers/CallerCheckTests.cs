using System.Net;
using Crik.Hosting.Callers;

namespace Crik.Hosting.Tests.Callers;

/// <summary>Callers with junk tokens must not take the place of others. The API server is a scripted one here.</summary>
public sealed class CallerCheckTests : IDisposable
{
    private static readonly IPAddress s_attacker = IPAddress.Parse("10.0.0.66");
    private static readonly IPAddress s_other = IPAddress.Parse("10.0.0.7");

    private readonly ScriptedReviewer _reviewer = new();
    private readonly ShiftedClock _clock = new();
    private readonly List<string> _told = [];
    private readonly CallerCheck _check;

    public CallerCheckTests() => _check = new(_reviewer, Jwt.Audience, CallerMemory.ForReading, _clock, _told.Add);

    public void Dispose() => _check.Dispose();

    [Fact]
    public async Task While_junk_waits_for_its_review_other_addresses_and_known_tokens_get_theirs()
    {
        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good-known", s_attacker));
        _clock.Forward(TimeSpan.FromMinutes(11)); // it has to be reviewed again first
        _reviewer.Hold("junk");
        Task<CallerVerdict>[] junk = [.. Enumerable.Range(0, 100).Select(number => CheckAsync($"junk-{number}", s_attacker))];
        await Eventually.TrueAsync(() => Task.FromResult(_reviewer.Held == ReviewQueue.MostOfAddress), "the junk waits");

        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good-new", s_other));
        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good-known", s_attacker));
        Assert.Equal(100 - ReviewQueue.MostOfAddress, junk.Count(task => task.IsCompletedSuccessfully && task.Result == CallerVerdict.Busy));

        _reviewer.LetGo();
        Assert.Equal(ReviewQueue.MostOfAddress, (await Task.WhenAll(junk)).Count(verdict => verdict == CallerVerdict.Refused));
        Assert.Equal(CallerVerdict.Refused, await CheckAsync("junk-again", s_attacker));
    }

    [Fact]
    public async Task Junk_from_many_addresses_leaves_the_lane_of_known_tokens_free()
    {
        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good-known", s_other));
        _clock.Forward(TimeSpan.FromMinutes(11));
        _reviewer.Hold("junk");
        Task<CallerVerdict>[] junk = [.. Enumerable.Range(0, 2 * ReviewQueue.MostUnknown).Select(number => CheckAsync($"junk-{number}", new IPAddress([10, 1, (byte)(number >> 8), (byte)number])))];

        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good-known", s_other));
        Assert.Equal(ReviewQueue.MostUnknown, junk.Count(task => task.IsCompletedSuccessfully && task.Result == CallerVerdict.Busy));
        _reviewer.LetGo();
        await Task.WhenAll(junk);
    }

    [Fact]
    public async Task A_thousand_new_pods_of_one_IPv6_network_are_all_reviewed()
    {
        _reviewer.Hold("good");
        Task<CallerVerdict>[] pods = [.. Enumerable.Range(0, 1000).Select(number => CheckAsync($"good-{number}", IPAddress.Parse($"fd00::{number:x}")))];
        _reviewer.LetGo();

        Assert.All(await Task.WhenAll(pods), verdict => Assert.Equal(CallerVerdict.Allowed, verdict));
    }

    [Fact]
    public async Task A_token_that_was_good_lately_is_answered_at_once_while_the_API_server_hangs_and_reviewed_once()
    {
        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good", s_other));
        _clock.Forward(TimeSpan.FromMinutes(3));
        _reviewer.Hold("good");
        for (int i = 0; i < 100; i++)
        {
            Task<CallerVerdict> check = CheckAsync("good", s_other);
            Assert.Equal((true, CallerVerdict.Allowed), (check.IsCompletedSuccessfully, await check));
        }

        Assert.Equal(1, _reviewer.Held);
        _reviewer.LetGo();
    }

    [Fact]
    public async Task Callers_with_the_same_token_wait_for_one_review_and_one_that_goes_away_does_not_end_it()
    {
        _reviewer.Hold("good");
        using CancellationTokenSource gone = new();
        Task<CallerVerdict> first = _check.CheckAsync($"Bearer {Jwt.For("good")}", s_other, [], gone.Token).AsTask();
        Task<CallerVerdict>[] others = [.. Enumerable.Range(0, 20).Select(_ => CheckAsync("good", s_other))];
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _reviewer.LetGo();

        Assert.All(await Task.WhenAll(others), verdict => Assert.Equal(CallerVerdict.Allowed, verdict));
        Assert.Equal(1, _reviewer.Count);
    }

    [Fact]
    public async Task While_the_API_server_is_away_a_good_token_stays_good_for_minutes_and_it_is_not_asked_for_each_request()
    {
        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good", s_other));
        _reviewer.IsDown = true;
        _clock.Forward(TimeSpan.FromMinutes(9));
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good", s_other));
        }

        Assert.InRange(_reviewer.Count, 2, 10); // one in 2 s, on a machine that may be slow

        _clock.Forward(TimeSpan.FromMinutes(2));
        Assert.Equal(CallerVerdict.CannotTell, await CheckAsync("good", s_other));
        _reviewer.IsDown = false;
        _clock.Forward(TimeSpan.FromSeconds(3));
        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good", s_other));
    }

    [Fact]
    public void When_there_is_no_room_the_oldest_good_tokens_are_forgotten_and_the_newest_stay()
    {
        KnownCallers known = new(CallerMemory.ForReading, _clock);
        for (int number = 0; number <= KnownCallers.Most; number++)
        {
            known.Remember($"{number}", CallerVerdict.Allowed);
        }

        Assert.Equal((null, CallerVerdict.Allowed), (known.Find("0").Verdict, known.Find($"{KnownCallers.Most - 1}").Verdict));
    }

    [Fact]
    public async Task Bad_tokens_do_not_push_good_ones_out_of_memory()
    {
        await CheckAsync("good", s_other);
        for (int number = 0; number <= KnownCallers.Most; number++)
        {
            await CheckAsync($"junk-{number}", s_attacker);
        }

        int reviews = _reviewer.Count;
        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good", s_other));
        Assert.Equal(reviews, _reviewer.Count);
    }

    [Fact]
    public async Task What_cannot_be_a_token_for_the_audience_is_refused_without_a_review()
    {
        Assert.Equal(CallerVerdict.Refused, await _check.CheckAsync("Bearer good", s_other, [], default));
        Assert.Equal(CallerVerdict.Refused, await _check.CheckAsync($"Bearer {Jwt.For("good", "https://kubernetes.default.svc")}", s_other, [], default));
        Assert.Equal(0, _reviewer.Count);
    }

    [Fact]
    public async Task A_token_that_may_do_one_thing_is_reviewed_again_for_another_one()
    {
        CallerAccess.ToObjects allowed = new("shop", "create", "crik.dev", "podcheckpoints");
        CallerAccess.ToObjects forbidden = allowed with { Namespace = "other" };
        _reviewer.Forbidden = forbidden;

        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good", s_other, allowed));
        Assert.Equal(CallerVerdict.Forbidden, await CheckAsync("good", s_other, forbidden));
        Assert.Equal(CallerVerdict.Forbidden, await CheckAsync("good", s_other, allowed, forbidden));
        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good", s_other, allowed));
        Assert.Equal(3, _reviewer.Count);
    }

    [Fact]
    public async Task Why_tokens_are_not_checked_is_told_once_a_minute()
    {
        _reviewer.IsDown = true;
        await CheckAsync("good", s_other);
        await CheckAsync("good-too", s_other);
        Assert.Equal(["down"], _told);

        _clock.Forward(TimeSpan.FromMinutes(2));
        await CheckAsync("good", s_other);
        Assert.Equal(["down", "down"], _told);
    }

    [Fact]
    public async Task A_token_that_was_good_and_is_no_longer_loses_its_place()
    {
        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good", s_other));
        _reviewer.Revoked = true;
        _clock.Forward(TimeSpan.FromMinutes(11));
        Assert.Equal(CallerVerdict.Refused, await CheckAsync("good", s_other));
        _reviewer.IsDown = true;
        _clock.Forward(TimeSpan.FromMinutes(3));

        Assert.Equal(CallerVerdict.CannotTell, await CheckAsync("good", s_other));
    }

    private Task<CallerVerdict> CheckAsync(string subject, IPAddress address, params CallerAccess[] wanted) => _check.CheckAsync($"Bearer {Jwt.For(subject)}", address, wanted, default).AsTask();

    /// <summary>Accepts the tokens of subjects that begin with "good", and holds some reviews until it is told.</summary>
    private sealed class ScriptedReviewer : ICallerReviewer
    {
        private readonly TaskCompletionSource _held = new();
        private string? _holds;
        private int _count;
        private int _heldCount;

        public int Count => _count;

        public int Held => _heldCount;

        public bool Revoked { get; set; }

        /// <summary>A right that nobody has.</summary>
        public CallerAccess? Forbidden { get; set; }

        public bool IsDown { get; set; }

        public void Hold(string subject) => _holds = subject;

        public void LetGo() => _held.SetResult();

        public async Task<CallerVerdict> ReviewAsync(string token, IReadOnlyList<CallerAccess> wanted, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            string subject = System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
            if (_holds is { } holds && subject.Contains(holds, StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _heldCount);
                await _held.Task.WaitAsync(cancellationToken);
            }

            return IsDown ? throw new CallerReviewException("down")
                : !subject.Contains("\"good", StringComparison.Ordinal) || Revoked ? CallerVerdict.Refused
                : Forbidden is not null && wanted.Contains(Forbidden) ? CallerVerdict.Forbidden
                : CallerVerdict.Allowed;
        }
    }
}
