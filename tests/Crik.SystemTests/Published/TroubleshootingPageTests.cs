using System.Reflection;
using System.Text.RegularExpressions;

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
        ["criu may not drop capabilities"] = "crik does not run criu without SETPCAP",
        ["the clock of a time namespace cannot be set here"] = "crik does not ask for one without SYS_TIME, or in a user namespace",
        ["criu did not write …, which other images refer to"] = "a test needs a criu with a fault; RestoreProofTests has the rule",
        ["crik holds the lock of the image directory and could not write its name into it"] = "a test needs a volume that fails at this write only: on a full volume crik does not start the program",
        ["no thread can be started"] = "a test needs a limit of processes that is reached at this thread only",
        ["crik itself failed, which is a bug; it goes on as a plain init"] = "crik has no bug that a test could use",
        ["crik itself failed, which is a bug"] = "crik has no bug that a test could use",
        ["the control socket failed, which is a bug"] = "crik has no bug that a test could use",
        ["the control socket could not be closed, which is a bug"] = "crik has no bug that a test could use",
        ["asking … about this node failed, which is a bug"] = "crik has no bug that a test could use",
        ["N lines of this log were dropped because nobody read standard error"] = "the pod runner always reads it; LineWriterTests has pipes that nobody reads",
        ["checkpoint N could not be taken back"] = "a test needs a volume that hangs at the commit and fails at the next rename; SaveProcedureTests has one",
        ["… took longer than … and could not be killed"] = "a test needs a hook that changes its user in a container without root; HooksTests has such a hook",
        ["the start of the run could not be recorded"] = "a test needs a volume that fails at this write only",
        ["the end of the run could not be recorded"] = "a test needs a volume that fails at this write only",
        ["checkpoint N cannot be restored (…), and it cannot be set aside: …"] = "a test needs a volume that cannot be written any more when crik has taken the lock",
        ["files that were put back for a restore that failed could not be removed"] = "a test needs a file system that fails at the removal only",
        ["the program runs, but a step after the restore failed"] = "a test needs a system call that fails at this moment only",
    };

    /// <summary>The reasons why the node state server is not believed, each of which TlsTests causes with a real server.</summary>
    private static readonly string[] s_reasonsOfTls =
    [
        "https needs GnuTLS in this image", "GnuTLS of this image cannot be loaded: …", "… of this image is not the GnuTLS that crik needs",
        "… cannot be read or holds no certificate in PEM", "… does not exist", "its certificate is not good: The certificate issuer is unknown",
        "its certificate is not good: The certificate chain uses expired certificate", "its certificate is not good: The name in the certificate does not match the expected",
        "no certificate can be for the host name …", "TLS failed: …", "the server closed the connection in the middle of TLS",
    ];

    /// <summary>The messages that need no row on the page, by the reason.</summary>
    private static readonly Dictionary<string, string[]> s_needNoRow = new()
    {
        ["the cause is in the message, and has a row of its own"] =
        [
            "checkpoint … does not fit: …", "attempt … of …", "attempt … to restore checkpoint …", "; starting afresh",
            "no checkpoint can be made here: …", "no checkpoint was made", "the restored memory may not match this file", "The program is not whole", "criu: …",
        ],
        ["the message says what is missing or what to set"] =
        [
            "an inotify watch is on a file that was not found by name", "nobody can be asked about this node", "refused a connection to the control socket",
        ],
        ["there is nothing to do, or only what the reason after the message says"] =
        [
            "does not end after SIGKILL", "still runs, and crik does not wait for it", "restoredFile", "old checkpoints could not be removed", "what was learned in this run",
            "the logs of a failed restore", "older logs of failed dumps", "an unfinished directory could not be removed",
        ],
    };

    [Fact]
    public void Every_message_of_the_page_has_a_test_and_every_explained_message_is_on_the_page()
    {
        string[] explained = [.. typeof(TroubleshootingPageTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods()).SelectMany(method => method.GetCustomAttributes<ExplainsAttribute>()).Select(case_ => case_.Message)
            .Concat(s_withoutTest.Keys).Concat(s_reasonsOfTls).Distinct()];

        Assert.Equal(TroubleshootingPage.Messages.Order(StringComparer.Ordinal), explained.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_warning_and_error_in_the_source_has_a_row_or_needs_none()
    {
        string[] needNoRow = [.. s_needNoRow.Values.SelectMany(messages => messages)];
        string[] unexplained = [.. LogMessages.All.Where(message => !TroubleshootingPage.Messages.Any(row => Explains(row, message)))];

        Assert.InRange(LogMessages.All.Count, 50, 500);
        Assert.All(unexplained, message => Assert.True(needNoRow.Any(part => message.Contains(part, StringComparison.Ordinal)), $"docs/troubleshooting.md does not explain this message: {message}"));
        Assert.All(needNoRow, part => Assert.Contains(unexplained, message => message.Contains(part, StringComparison.Ordinal)));
    }

    /// <summary>A row names a part of the message, or the message with what crik inserts and adds.</summary>
    private static bool Explains(string row, string message) =>
        Regex.IsMatch(message, Explained.Pattern(row, number: ".*")) || Regex.IsMatch(row, $"^{Explained.Pattern(message, number: ".*")}");
}
