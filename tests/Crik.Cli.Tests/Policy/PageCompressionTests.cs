using Crik.Configuration;
using Crik.Policy;
using Crik.Store;

namespace Crik.Tests.Policy;

public sealed class PageCompressionTests
{
    private const long MiB = 1 << 20;

    public static TheoryData<string, bool, long, long, int, int?, int?, bool, bool, string> Table => new()
    {
        // compression, criu can, MiB of memory, MiB free, seconds, MiB/s as they are, compressed; compresses, refused, reason
        { "none", true, 9000, 100, 9, 10, null, false, false, "compression is none" },
        { "lz4", true, 1, 9000, 99, null, null, true, false, "compression is lz4" },
        { "lz4", false, 9000, 100, 9, 10, null, false, true, "this criu has no LZ4" },
        { "auto", true, 63, 9000, 99, 10, null, false, false, "it is small: 63 MiB" },
        { "auto", true, 64, 9000, 99, null, null, false, false, "nothing is known of the volume yet" },
        { "auto", true, 64, 9000, 99, null, 500, false, false, "nothing is known of the volume yet" },
        { "auto", true, 64, 9000, 99, 149, null, true, false, "149 MiB of memory a second" },
        { "auto", true, 64, 9000, 99, 150, null, false, false, "150 MiB of memory a second" },
        { "auto", true, 6000, 9000, 10, 250, null, true, false, "250 MiB of memory a second" }, // 24 s, more than twice of what there is
        { "auto", true, 64, 9000, 99, 100, 99, false, false, "100 MiB of memory a second were saved as they are, 99 compressed" },
        { "auto", true, 64, 9000, 99, 900, 901, true, false, "900 MiB" },
        { "auto", true, 64, 63, 99, 9000, 10, true, false, "63 MiB are free, and there are 64 MiB of memory" },
        { "auto", false, 64, 63, 99, 10, null, false, false, "this criu has no LZ4" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Size_free_space_and_measured_speed_decide_about_compression(
        string wanted, bool can, long mib, long freeMib, int seconds, int? plain, int? packed, bool compresses, bool refused, string reason)
    {
        WriteSpeeds speeds = new(Twice(plain), Twice(packed), packed is null ? null : 50);

        PageCompression decision = PageCompression.Decide(
            Enum.Parse<Compression>(wanted, ignoreCase: true), () => can, mib * MiB, freeMib * MiB, TimeSpan.FromSeconds(seconds), speeds);

        Assert.Equal((compresses, refused), (decision.Compresses, decision.WasRefused));
        Assert.StartsWith(reason, decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Criu_is_not_asked_whether_it_can_compress_unless_that_matters() => Assert.False(PageCompression.Decide(
        Compression.Auto, () => throw new InvalidOperationException(), 640 * MiB, 9000 * MiB, TimeSpan.FromSeconds(30), new(Twice(900), [])).Compresses);

    /// <summary>As many samples as are needed for an objection.</summary>
    private static long[] Twice(int? mibPerSecond) => mibPerSecond is { } speed ? [speed * MiB, speed * MiB] : [];
}
