using Crik.Init;

namespace Crik.Tests.Init;

public sealed class ExitStatusTests
{
    [Fact]
    public void Every_exit_status_becomes_the_exit_code_that_a_shell_would_have()
    {
        for (int code = 0; code < 256; code++)
        {
            Assert.Equal(code, ExitStatus.FromWaitStatus(code << 8).ToExitCode());
        }

        for (int signal = 1; signal < 65; signal++)
        {
            Assert.Equal(128 + signal, ExitStatus.FromWaitStatus(signal).ToExitCode());
            Assert.Equal(128 + signal, ExitStatus.FromWaitStatus(signal | 0x80).ToExitCode()); // with a core dump
        }
    }
}
