using Crik.Checkpoints;

namespace Crik.Tests.Checkpoints;

public sealed class WriteSpeedTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void A_small_checkpoint_says_nothing_of_the_disk() =>
        Assert.Equal(100 * MiB, WriteSpeed.Learn(100 * MiB, 10 * MiB, TimeSpan.FromSeconds(1)));

    [Fact]
    public void A_large_one_does() => Assert.Equal(50 * MiB, WriteSpeed.Learn(null, 500 * MiB, TimeSpan.FromSeconds(10)));

    [Theory]
    [InlineData(6000, 100, 20, true)]
    [InlineData(6000, 100, 40, false)] // the estimate is 60 s, and it may be wrong by a factor of two
    [InlineData(6000, 1000, 20, false)]
    [InlineData(10, 1, 1, false)]
    public void What_cannot_fit_is_not_begun(long mib, long mibPerSecond, int seconds, bool objects)
    {
        string? objection = WriteSpeed.Objection(mib * MiB, mibPerSecond * MiB, TimeSpan.FromSeconds(seconds));

        Assert.Equal(objects, objection is not null);
    }

    [Fact]
    public void The_objection_has_the_numbers() => Assert.Equal(
        "about 6000 MiB would take 60 s at the 100 MiB/s of the last checkpoint, and there are 22 s; raise gracePeriod and the pod's terminationGracePeriodSeconds together",
        WriteSpeed.Objection(6000 * MiB, 100 * MiB, TimeSpan.FromSeconds(22)));

    [Fact]
    public void Without_an_earlier_one_it_is_tried() => Assert.Null(WriteSpeed.Objection(100_000 * MiB, null, TimeSpan.FromSeconds(1)));
}
