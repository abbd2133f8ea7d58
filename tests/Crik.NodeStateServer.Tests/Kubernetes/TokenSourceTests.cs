using Crik.NodeStateServer.Kubernetes;

namespace Crik.NodeStateServer.Tests.Kubernetes;

public sealed class TokenSourceTests : IDisposable
{
    private readonly TempDirectory _files = new();
    private readonly ShiftedClock _clock = new();

    [Fact]
    public void A_file_is_read_again_after_a_minute_and_not_before()
    {
        TokenSource source = TokenSource.FromFile(_files.Write("token", "one\n"), _clock);
        Assert.Equal("one", source.Read());
        _files.Write("token", "two");

        Assert.Equal("one", source.Read());
        _clock.Forward(TimeSpan.FromMinutes(1));
        Assert.Equal("two", source.Read());
    }

    [Fact]
    public void A_token_that_was_refused_is_read_again_at_once()
    {
        TokenSource source = TokenSource.FromFile(_files.Write("token", "one"), _clock);
        source.Read();
        _files.Write("token", "two");
        source.Forget();

        Assert.Equal("two", source.Read());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_in_the_middle_of_being_replaced_leaves_the_old_token(bool isThere)
    {
        string path = _files.Write("token", "one");
        TokenSource source = TokenSource.FromFile(path, _clock);
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
    public void A_file_that_was_never_there_is_named() =>
        Assert.Contains("nowhere", Assert.ThrowsAny<IOException>(() => TokenSource.FromFile(Path.Combine(_files.Path, "nowhere"), _clock).Read()).Message, StringComparison.Ordinal);

    public void Dispose() => _files.Dispose();
}
