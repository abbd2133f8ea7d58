using System.Globalization;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Tests.Signals;

public sealed class SignalTimeTests
{
    [Theory]
    [InlineData("2026-03-02T19:32:05Z", "2026-03-02T19:32:05Z")]
    [InlineData("2026-03-02T19:32:05.123456Z", "2026-03-02T19:32:05.123456Z")]
    [InlineData("2026-03-02T20:32:05+01:00", "2026-03-02T19:32:05Z")]
    [InlineData("1772478180", "2026-03-02T19:03:00Z")]
    [InlineData("Preempt Scheduled: Mon, 02 Mar 2026 19:01:45 GMT", "2026-03-02T19:01:45Z")]
    [InlineData("Freeze Scheduled: Mon, 02 Mar 2026 19:01:45 GMT. DurationInSeconds: 9.  For more information, see https://aka.ms", "2026-03-02T19:01:45Z")]
    public void A_time_is_found_in_every_form_that_signals_use(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), SignalTime.Find(text));

    [Theory]
    [InlineData("")]
    [InlineData("disrupting")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("99999999999999999999")]
    [InlineData("2026-13-02T19:32:05Z")]
    [InlineData(" GMT")]
    [InlineData("Mon, 99 Mar 2026 19:01:45 GMT")]
    [InlineData("IMDS query failed, exit code: 28")]
    public void Text_without_a_time_gives_none(string text) => Assert.Null(SignalTime.Find(text));
}
