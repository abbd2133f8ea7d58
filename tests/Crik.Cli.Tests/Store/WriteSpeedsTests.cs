using Crik.Store;


namespace Crik.Tests.Store;

public sealed class WriteSpeedsTests
{
    private const long MiB = 1 << 20;

    private static readonly WriteSpeeds s_known = new([100 * MiB, 90 * MiB], [200 * MiB, 150 * MiB], 50);

    [Fact]
    public void A_small_checkpoint_is_no_sample_of_the_disk() => Assert.Same(s_known, s_known.Learn(10 * MiB, null, TimeSpan.FromSeconds(1)));

    [Fact]
    public void A_checkpoint_that_took_no_time_is_no_sample_of_the_disk() => Assert.Same(s_known, s_known.Learn(500 * MiB, null, TimeSpan.Zero));

    [Fact]
    public void A_large_checkpoint_is_a_sample()
    {
        WriteSpeeds learned = s_known.Learn(500 * MiB, null, TimeSpan.FromSeconds(10));

        Assert.Equal([100 * MiB, 90 * MiB, 50 * MiB], learned.Plain);
        Assert.Equal([200 * MiB, 150 * MiB], learned.Compressed);
    }

    [Fact]
    public void A_compressed_checkpoint_is_a_sample_of_compressed_ones_only()
    {
        WriteSpeeds learned = s_known.Learn(800 * MiB, 240 * MiB, TimeSpan.FromSeconds(10));

        Assert.Equal([100 * MiB, 90 * MiB], learned.Plain);
        Assert.Equal([200 * MiB, 150 * MiB, 80 * MiB], learned.Compressed);
        Assert.Equal(30, learned.CompressedPercent);
    }

    [Fact]
    public void Only_the_last_checkpoints_are_remembered()
    {
        WriteSpeeds speeds = WriteSpeeds.Unknown;
        for (int mib = 100; mib <= 600; mib += 100)
        {
            speeds = speeds.Learn(mib * MiB, null, TimeSpan.FromSeconds(1));
        }

        Assert.Equal([300 * MiB, 400 * MiB, 500 * MiB, 600 * MiB], speeds.Plain);
    }

    [Fact]
    public void The_best_sample_counts()
    {
        Assert.Equal(100 * MiB, s_known.BytesPerSecond);
        Assert.Equal(200 * MiB, s_known.CompressedBytesPerSecond);
        Assert.Null(WriteSpeeds.Unknown.BytesPerSecond);
    }

    [Theory]
    [InlineData(6000, 100, 20, true)]
    [InlineData(6000, 100, 40, false)] // the estimate is 60 s, and it may be wrong by a factor of two
    [InlineData(6000, 1000, 20, false)]
    [InlineData(10, 1, 1, false)]
    public void A_checkpoint_that_would_take_too_long_is_not_begun(long mib, long mibPerSecond, int seconds, bool objects)
    {
        TimeSpan available = TimeSpan.FromSeconds(seconds);
        long[] samples = [MiB, mibPerSecond * MiB];

        Assert.Equal(objects, new WriteSpeeds(samples, []).Objection(mib * MiB, compressed: false, available) is not null);
        Assert.Equal(objects, new WriteSpeeds([1, 1], samples, 50).Objection(mib * MiB, compressed: true, available) is not null);
    }

    [Fact]
    public void One_slow_checkpoint_forbids_nothing()
    {
        TimeSpan second = TimeSpan.FromSeconds(1);
        WriteSpeeds slow = WriteSpeeds.Unknown.Learn(100 * MiB, null, TimeSpan.FromHours(1));

        Assert.Null(slow.Objection(100 * MiB, compressed: false, second));
        Assert.NotNull(slow.Learn(100 * MiB, null, TimeSpan.FromHours(1)).Objection(100 * MiB, compressed: false, second));
        Assert.Null(s_known.Learn(100 * MiB, null, TimeSpan.FromHours(1)).Objection(100 * MiB, compressed: false, second));
    }

    [Fact]
    public void The_objection_has_the_numbers() => Assert.Equal(
        "about 6000 MiB would take 60 s at the 100 MiB/s of the best of the last 2 checkpoints, and there are 22 s; raise gracePeriod and the pod's terminationGracePeriodSeconds together",
        s_known.Objection(6000 * MiB, compressed: false, TimeSpan.FromSeconds(22)));

    [Fact]
    public void A_time_that_is_too_long_for_a_number_is_an_objection_too() =>
        Assert.NotNull(new WriteSpeeds([1, 1], []).Objection(1L << 45, compressed: false, TimeSpan.FromSeconds(30)));

    [Fact]
    public void The_first_checkpoint_is_always_tried() => Assert.Null(WriteSpeeds.Unknown.Objection(100_000 * MiB, compressed: false, TimeSpan.FromSeconds(1)));

    [Fact]
    public void A_compressed_checkpoint_needs_less_room()
    {
        Assert.Equal(1000, s_known.Foresee(1000, compressed: false));
        Assert.Equal(500, s_known.Foresee(1000, compressed: true));
        Assert.Equal(1000, WriteSpeeds.Unknown.Foresee(1000, compressed: true));
        Assert.Equal(250, WriteSpeeds.Unknown.Foresee(1000, compressed: true, unknownPercent: 25));
    }
}
