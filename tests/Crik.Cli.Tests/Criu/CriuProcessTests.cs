using Crik.Criu;

namespace Crik.Tests.Criu;

public sealed class CriuProcessTests
{
    [Theory]
    [InlineData("LD_LIBRARY_PATH=/app/lib", false)]
    [InlineData("LD_PRELOAD=/app/lib/own.so", false)]
    [InlineData("LD_AUDIT=/app/lib/audit.so", false)]
    [InlineData("LDFLAGS=-s", true)]
    [InlineData("OLD_PATH=/bin", true)]
    [InlineData("PATH=/usr/bin", true)]
    public void Settings_of_the_program_for_the_loader_do_not_reach_criu(string entry, bool reaches)
    {
        IReadOnlyList<string> environment = CriuProcess.WithoutLoaderSettings(["HOME=/root", entry, "LANG=C"]);

        Assert.Equal(reaches ? ["HOME=/root", entry, "LANG=C"] : ["HOME=/root", "LANG=C"], environment);
    }
}
