using Crik.Checkpoints;

namespace Crik.Tests.Checkpoints;

public sealed class WriteSpeedsTests
{
    private const long MiB = 1 << 20;

    private static readonly WriteSpeeds s_known = new(100 * MiB, 200 * MiB, 50);

    [Fact]
    public void A_small_checkpoint_says_nothing_of_the_disk() => Assert.Equal(s_known, s_known.Learn(10 * MiB, null, TimeSpan.FromSeconds(1)));

    [Fact]
    public void A_large_one_does() => Assert.Equal(new WriteSpeeds(50 * MiB), WriteSpeeds.Unknown.Learn(500 * MiB, null, TimeSpan.FromSeconds(10)));

    [Fact]
    public void A_compressed_one_says_nothing_of_how_long_another_takes() => Assert.Equal(
        new WriteSpeeds(100 * MiB, 80 * MiB, 30), s_known.Learn(800 * MiB, 240 * MiB, TimeSpan.FromSeconds(10)));

    [Theory]
    [InlineData(6000, 100, 20, true)]
    [InlineData(6000, 100, 40, false)] // the estimate is 60 s, and it may be wrong by a factor of two
    [InlineData(6000, 1000, 20, false)]
    [InlineData(10, 1, 1, false)]
    public void What_cannot_fit_is_not_begun(long mib, long mibPerSecond, int seconds, bool objects)
    {
        TimeSpan available = TimeSpan.FromSeconds(seconds);

        Assert.Equal(objects, new WriteSpeeds(mibPerSecond * MiB).Objection(mib * MiB, compressed: false, available) is not null);
        Assert.Equal(objects, new WriteSpeeds(1, mibPerSecond * MiB, 50).Objection(mib * MiB, compressed: true, available) is not null);
    }

    [Fact]
    public void The_objection_has_the_numbers() => Assert.Equal(
        "about 6000 MiB would take 60 s at the 100 MiB/s of the last checkpoint, and there are 22 s; raise gracePeriod and the pod's terminationGracePeriodSeconds together",
        s_known.Objection(6000 * MiB, compressed: false, TimeSpan.FromSeconds(22)));

    [Fact]
    public void A_time_that_is_longer_than_any_is_an_objection_too() =>
        Assert.NotNull(new WriteSpeeds(1).Objection(1L << 45, compressed: false, TimeSpan.FromSeconds(30)));

    [Fact]
    public void Without_an_earlier_one_it_is_tried() => Assert.Null(WriteSpeeds.Unknown.Objection(100_000 * MiB, compressed: false, TimeSpan.FromSeconds(1)));

    [Fact]
    public void The_room_it_takes_is_that_of_what_is_written()
    {
        Assert.Equal(1000, s_known.Foresee(1000, compressed: false));
        Assert.Equal(500, s_known.Foresee(1000, compressed: true));
        Assert.Equal(1000, WriteSpeeds.Unknown.Foresee(1000, compressed: true));
        Assert.Equal(250, WriteSpeeds.Unknown.Foresee(1000, compressed: true, unknownPercent: 25));
    }
}
