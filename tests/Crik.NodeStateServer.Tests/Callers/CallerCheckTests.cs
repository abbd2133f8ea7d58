using System.Net;
using Crik.NodeStateServer.Callers;
using Crik.NodeStateServer.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.NodeStateServer.Tests.Callers;

/// <summary>Callers with junk tokens must not take the place of others. The API server is a scripted one here.</summary>
public sealed class CallerCheckTests : IDisposable
{
    private static readonly IPAddress s_attacker = IPAddress.Parse("10.0.0.66");
    private static readonly IPAddress s_other = IPAddress.Parse("10.0.0.7");

    private readonly ScriptedReviewer _reviewer = new();
    private readonly ShiftedClock _clock = new();
    private readonly CallerCheck _check;

    public CallerCheckTests() => _check = new(_reviewer, new ServerOptions { RequireToken = true }, _clock, NullLogger<CallerCheck>.Instance);

    public void Dispose() => _check.Dispose();

    [Fact]
    public async Task While_junk_waits_for_its_review_other_addresses_and_known_tokens_get_theirs()
    {
        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good-known", s_attacker));
        _clock.Forward(TimeSpan.FromMinutes(3)); // it has to be reviewed again
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
        _clock.Forward(TimeSpan.FromMinutes(3));
        _reviewer.Hold("junk");
        Task<CallerVerdict>[] junk = [.. Enumerable.Range(0, 1000).Select(number => CheckAsync($"junk-{number}", new IPAddress([10, 1, (byte)(number >> 8), (byte)number])))];

        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good-known", s_other));
        Assert.Equal(1000 - ReviewQueue.MostUnknown, junk.Count(task => task.IsCompletedSuccessfully && task.Result == CallerVerdict.Busy));
        _reviewer.LetGo();
        await Task.WhenAll(junk);
    }

    [Fact]
    public async Task Addresses_of_one_IPv6_network_share_their_places()
    {
        _reviewer.Hold("junk");
        Task<CallerVerdict>[] junk = [.. Enumerable.Range(0, 50).Select(number => CheckAsync($"junk-{number}", IPAddress.Parse($"fd00::{number:x}")))];

        Assert.Equal(50 - ReviewQueue.MostOfAddress, junk.Count(task => task.IsCompletedSuccessfully && task.Result == CallerVerdict.Busy));
        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good", IPAddress.Parse("fd00:0:0:1::1")));
        _reviewer.LetGo();
        await Task.WhenAll(junk);
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
        Assert.Equal(CallerVerdict.Refused, await _check.CheckAsync("Bearer good", s_other, default));
        Assert.Equal(CallerVerdict.Refused, await _check.CheckAsync($"Bearer {Jwt.For("good", "https://kubernetes.default.svc")}", s_other, default));
        Assert.Equal(0, _reviewer.Count);
    }

    [Fact]
    public async Task A_token_that_was_good_and_is_no_longer_loses_its_place()
    {
        Assert.Equal(CallerVerdict.Allowed, await CheckAsync("good", s_other));
        _reviewer.Revoked = true;
        _clock.Forward(TimeSpan.FromMinutes(3));
        Assert.Equal(CallerVerdict.Refused, await CheckAsync("good", s_other));
        _reviewer.IsDown = true;
        _clock.Forward(TimeSpan.FromMinutes(3));

        Assert.Equal(CallerVerdict.CannotTell, await CheckAsync("good", s_other));
    }

    private Task<CallerVerdict> CheckAsync(string subject, IPAddress address) => _check.CheckAsync($"Bearer {Jwt.For(subject)}", address, default).AsTask();

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

        public bool IsDown { get; set; }

        public void Hold(string subject) => _holds = subject;

        public void LetGo() => _held.SetResult();

        public async Task<CallerVerdict> ReviewAsync(string token, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            string subject = System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
            if (_holds is { } holds && subject.Contains(holds, StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _heldCount);
                await _held.Task.WaitAsync(cancellationToken);
            }

            return IsDown ? throw new CallerReviewException("down")
                : subject.Contains("\"good", StringComparison.Ordinal) && !Revoked ? CallerVerdict.Allowed
                : CallerVerdict.Refused;
        }
    }
}
