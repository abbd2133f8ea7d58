using Crik.Linux;

namespace Crik.Tests.Linux;

public sealed class ReplacedFileTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_file_is_finished_before_it_takes_the_place_of_the_old_one()
    {
        string path = _temp.Write("file", "old");
        string during = "";

        ReplacedFile.Write(path, "new"u8, FileModes.OthersMayUse, _ => during = File.ReadAllText(path) + File.ReadAllText(ReplacedFile.NextOf(path)));

        Assert.Equal(("oldnew", "new"), (during, File.ReadAllText(path)));
        Assert.False(File.Exists(ReplacedFile.NextOf(path)));
    }
}
