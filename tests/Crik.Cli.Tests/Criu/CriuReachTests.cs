using Crik.Criu;
using Crik.Tests.Fuzz;
using Crik.Tests.Init;

namespace Crik.Tests.Criu;

public sealed class CriuReachTests : IDisposable
{
    private const string CallsPtrace = """
        #include <sys/ptrace.h>
        #include <sys/ioctl.h>
        #include <stdio.h>
        int getpid(void) { return 1; }
        int main(int count, char **arguments) { (void)arguments; return (int)ptrace(0, count, 0, 0) + ioctl(0, 0) + getpid(); }
        """;

    private static readonly string[] s_all = ["ptrace", "prlimit64", "shmctl", "shmat", "getsockopt", "ioctl", "openat64", "read"];

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [CompilerFact]
    public void The_functions_that_a_program_calls_in_its_libraries_are_read()
    {
        foreach (string how in new[] { "-Wl,-z,lazy", "-Wl,-z,now", "-no-pie", "-fno-plt" })
        {
            HashSet<string> calls = DynamicCalls.Read(NativeSource.Program(_temp, CallsPtrace, how))!;

            Assert.Contains("ptrace", calls);
            Assert.Contains("ioctl", calls);
            Assert.DoesNotContain("prlimit64", calls);
            Assert.DoesNotContain("getpid", calls); // its own
        }
    }

    [CompilerFact]
    public void A_program_that_is_linked_statically_calls_none()
    {
        foreach (string how in new[] { "-static", "-static-pie" })
        {
            string program = NativeSource.Program(_temp, CallsPtrace, how);

            Assert.DoesNotContain("ptrace", DynamicCalls.Read(program)!);
            Assert.Contains("a part of the program may run on", CriuReach.Objection(program, sharesSysvMemory: false), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", false, null)]
    [InlineData("", true, null)]
    [InlineData("openat64", false, null)]
    [InlineData("openat64", true, ": shareSysvMemory has no effect. ")]
    [InlineData("ptrace", false, ": when criu is killed during a restore, a part of the program may run on. ")]
    [InlineData("prlimit64", false, "processes of several users")]
    [InlineData("shmat", false, "System V shared memory of other users")]
    [InlineData("getsockopt", false, "TCP and UDP sockets")]
    [InlineData("ioctl", false, "its old size")]
    public void The_objection_names_what_does_not_work(string missing, bool sharesSysvMemory, string? expected)
    {
        string? objection = CriuReach.Objection("/usr/sbin/criu", [.. s_all.Where(function => function != missing)], sharesSysvMemory);

        if (expected is null)
        {
            Assert.Null(objection);
            return;
        }

        Assert.StartsWith("crik's libraries do not reach /usr/sbin/criu", objection, StringComparison.Ordinal);
        Assert.Contains(expected, objection, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_in_the_place_of_criu_causes_no_objection()
    {
        File.WriteAllText(_temp.In("criu"), "#!/bin/sh\nexec /usr/sbin/criu \"$@\"\n");

        Assert.Null(CriuReach.Objection(_temp.In("criu"), sharesSysvMemory: true));
        Assert.Null(CriuReach.Objection(_temp.In("nowhere"), sharesSysvMemory: true));
    }

    [CompilerFact]
    public void Damaged_programs_are_read_or_refused()
    {
        byte[] good = File.ReadAllBytes(NativeSource.Program(_temp, CallsPtrace));
        string path = _temp.In("bad");
        int headers = Math.Min(good.Length, 1024);

        Mutation.Run(20261122, 2_000, [good[..headers]], bad =>
        {
            File.WriteAllBytes(path, [.. bad, .. good[headers..]]);
            DynamicCalls.Read(path);
        });
    }
}
