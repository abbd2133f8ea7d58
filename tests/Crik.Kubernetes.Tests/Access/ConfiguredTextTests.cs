using Crik.Kubernetes.Access;

namespace Crik.Kubernetes.Tests.Access;

public sealed class ConfiguredTextTests : IDisposable
{
    private readonly TempDirectory _files = new();
    private readonly ShiftedClock _clock = new();

    [Fact]
    public void A_token_file_is_read_again_after_a_minute_and_not_earlier()
    {
        ConfiguredText source = ConfiguredText.FromFile(_files.Write("token", "one\n"), _clock);
        Assert.Equal("one", source.Read());
        _files.Write("token", "two");

        Assert.Equal("one", source.Read());
        _clock.Forward(TimeSpan.FromMinutes(1));
        Assert.Equal("two", source.Read());
    }

    [Fact]
    public void A_step_of_the_wall_clock_does_not_keep_an_old_token()
    {
        ConfiguredText source = ConfiguredText.FromFile(_files.Write("token", "one\n"), _clock);
        source.Read();
        _files.Write("token", "two");
        _clock.StepWallClock(TimeSpan.FromDays(-1));
        _clock.Forward(TimeSpan.FromMinutes(1));

        Assert.Equal("two", source.Read());
    }

    [Fact]
    public void A_token_file_is_read_again_at_once_after_a_refusal()
    {
        ConfiguredText source = ConfiguredText.FromFile(_files.Write("token", "one"), _clock);
        source.Read();
        _files.Write("token", "two");
        source.Forget();

        Assert.Equal("two", source.Read());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void While_a_token_file_is_replaced_the_old_token_is_used(bool isThere)
    {
        string path = _files.Write("token", "one");
        ConfiguredText source = ConfiguredText.FromFile(path, _clock);
        source.Read();
        File.Delete(path);
        if (isThere)
        {
            _files.Write("token", "");
        }

        source.Forget();

        Assert.Equal("one", source.Read());
    }

    [Fact]
    public void The_error_about_a_missing_token_file_has_its_path() =>
        Assert.Contains("nowhere", Assert.ThrowsAny<IOException>(() => ConfiguredText.FromFile(Path.Combine(_files.Path, "nowhere"), _clock).Read()).Message, StringComparison.Ordinal);

    public void Dispose() => _files.Dispose();
}
