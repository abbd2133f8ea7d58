using System.Reflection;

namespace Crik.SystemTests;

public sealed class TroubleshootingPageTests
{
    /// <summary>What no test brings about, and why not. For these CriuLogTests has criu's line.</summary>
    private static readonly Dictionary<string, string> s_notBroughtAbout = new()
    {
        ["the image directory's quota is used up"] = "it wants a file system with quotas, and a tool to set them",
        ["the disk of the image directory has errors"] = "it wants a disk that fails at some pages only; one that fails altogether takes criu's log along, and is said by crik",
        ["this criu was built without LZ4"] = "crik asks for no compression where criu has none",
        ["the memory in the checkpoint is compressed, and this criu was built without LZ4"] = "crik does not let such a criu try, but with tryAnyway",
        ["the compressed memory in the checkpoint is damaged"] = "it takes a damage that LZ4 notices",
        ["criu did not end within N s and was ended"] = "crik waits for half an hour",
        ["a process of the program was ended by SIGKILL while it was restored"] = "it takes a memory limit that is reached just then",
        ["criu may not drop capabilities"] = "crik does not run criu without SETPCAP; in a user namespace the kernel may still refuse",
        ["the clock of a time namespace cannot be set here"] = "crik does not want one without SYS_TIME; in a user namespace the kernel may still refuse",
    };

    [Fact]
    public void Every_message_of_the_page_is_brought_about_by_a_test_and_every_explained_message_is_on_the_page()
    {
        string[] explained = [.. typeof(TroubleshootingPageTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods()).SelectMany(method => method.GetCustomAttributes<ExplainsAttribute>()).Select(case_ => case_.Message)
            .Concat(s_notBroughtAbout.Keys).Distinct()];

        Assert.Equal(TroubleshootingPage.Messages.Order(StringComparer.Ordinal), explained.Order(StringComparer.Ordinal));
    }
}
