using Crik.Linux;

namespace Crik.Tests.Linux;

public sealed class ReadDirectoryTests
{
    [Fact]
    public void A_directory_that_has_gone_since_it_was_opened_is_empty()
    {
        string path = Directory.CreateTempSubdirectory().FullName;
        using FileDescriptor directory = Libc.Open(path, Libc.O_RDONLY | Libc.O_DIRECTORY);
        Directory.Delete(path);

        Assert.Empty(Libc.ReadDirectory(directory));
    }
}
