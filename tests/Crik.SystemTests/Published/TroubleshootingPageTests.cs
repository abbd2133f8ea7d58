using System.Reflection;

namespace Crik.SystemTests.Published;

public sealed class TroubleshootingPageTests
{
    /// <summary>
    /// The messages that no test causes, each with the reason. CriuLogTests has the lines of criu's log for them.
    /// </summary>
    private static readonly Dictionary<string, string> s_withoutTest = new()
    {
        ["the image directory's quota is used up"] = "a test needs a file system with quotas and a tool that sets them",
        ["the disk of the image directory has errors"] = "a test needs a disk that fails at some pages only; if it fails completely, criu cannot write its log, and crik reports the error itself",
        ["this criu was built without LZ4"] = "crik does not ask for compression if criu has none",
        ["the memory in the checkpoint is compressed, and this criu was built without LZ4"] = "crik lets such a criu try with tryAnyway only",
        ["the compressed memory in the checkpoint is damaged"] = "a test needs damage that LZ4 detects",
        ["time was up, and the program had to go on before its checkpoint was committed"] = "a test needs a volume that hangs at this moment; LateTerminationTests has a run that hung",
        ["criu did not end within N s, so crik ended it"] = "crik waits half an hour for it",
        ["a process of the program was ended by SIGKILL while it was restored"] = "a test needs a memory limit that is reached at this moment",
        ["criu may not drop capabilities"] = "crik does not run criu without SETPCAP; only in a user namespace the kernel may refuse nevertheless",
        ["the clock of a time namespace cannot be set here"] = "crik does not ask for one without SYS_TIME; only in a user namespace the kernel may refuse nevertheless",
    };

    [Fact]
    public void Every_message_of_the_page_has_a_test_and_every_explained_message_is_on_the_page()
    {
        string[] explained = [.. typeof(TroubleshootingPageTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods()).SelectMany(method => method.GetCustomAttributes<ExplainsAttribute>()).Select(case_ => case_.Message)
            .Concat(s_withoutTest.Keys).Distinct()];

        Assert.Equal(TroubleshootingPage.Messages.Order(StringComparer.Ordinal), explained.Order(StringComparer.Ordinal));
    }
}
