using System.Diagnostics;
using Crik.Metrics;

namespace Crik.Tests.Metrics;

public sealed class MetricsFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private string _text = "first";

    private string Place => _directory.In("crik.prom");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Each_change_is_written_and_the_last_one_before_the_end()
    {
        using (MetricsFile file = Start())
        {
            file.Note();
            Eventually.True(() => File.Exists(Place), "the file");
            Assert.Equal("first", File.ReadAllText(Place));
            _text = "last";
        }

        Assert.Equal("last", File.ReadAllText(Place));
        Assert.Equal([Place], Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void Everybody_may_read_the_file()
    {
        Start().Dispose();

        const UnixFileMode Expected = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        Assert.Equal(Expected, File.GetUnixFileMode(Place));
    }

    [Fact]
    public void A_link_at_the_name_of_the_new_file_or_of_the_file_is_not_followed()
    {
        string precious = _directory.Write("precious", "precious");
        File.CreateSymbolicLink($"{Place}.new", precious);
        File.CreateSymbolicLink(Place, precious);

        Start().Dispose();

        Assert.Equal("precious", File.ReadAllText(precious));
        Assert.Null(new FileInfo(Place).LinkTarget);
        Assert.Equal("first", File.ReadAllText(Place));
    }

    [Fact]
    public void A_directory_that_is_missing_costs_the_file_until_it_is_there()
    {
        string place = _directory.In("later", "crik.prom");
        using MetricsFile file = MetricsFile.Start(place, () => _text)!;
        file.Note();

        Directory.CreateDirectory(_directory.In("later"));
        Eventually.True(
            () =>
            {
                file.Note();
                return File.Exists(place);
            },
            "the file");
    }

    [Fact]
    public void A_write_that_hangs_holds_up_neither_a_change_nor_the_end_and_there_is_only_one()
    {
        int writes = 0;
        using ManualResetEventSlim release = new();
        MetricsFile file = MetricsFile.Start(Place, () =>
        {
            Interlocked.Increment(ref writes);
            release.Wait();
            return _text;
        })!;
        file.Note();
        Eventually.True(() => Volatile.Read(ref writes) == 1, "a write that hangs");

        Stopwatch clock = Stopwatch.StartNew();
        for (int i = 0; i < 100; i++)
        {
            file.Note();
        }

        file.Dispose();
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30)); // it waits for a second
        Assert.Equal(1, Volatile.Read(ref writes));
        release.Set();
        Eventually.True(() => File.Exists(Place) && Volatile.Read(ref writes) == 2, "the last write");
    }

    [Fact]
    public void While_nothing_changes_nothing_is_written()
    {
        int writes = 0;
        using MetricsFile file = MetricsFile.Start(Place, () => $"{Interlocked.Increment(ref writes)}")!;
        file.Note();
        Eventually.True(() => File.Exists(Place), "the file");

        Thread.Sleep(300); // long enough for a loop that does not sleep
        Assert.Equal(1, Volatile.Read(ref writes));
    }

    private MetricsFile Start() => MetricsFile.Start(Place, () => _text)!;
}
