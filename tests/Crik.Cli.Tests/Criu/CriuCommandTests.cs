using Crik.Checks;
using Crik.Criu;
using Crik.Init;
using Crik.Linux;
using Crik.Tests.Init;

namespace Crik.Tests.Criu;

public sealed class CriuCommandTests
{
    private const int SocketInCriu = 3;

    /// <summary>criu's answer to the question for its version: criu_resp with the type VERSION, and 4.3 as criu_version.</summary>
    private static readonly byte[] s_version =
        new ProtoWriter().Number(1, CriuRequest.Version).Flag(2, true).Message(10, new ProtoWriter().Number(1, 4).Number(2, 3)).ToArray();

    [Theory]
    [InlineData("LD_LIBRARY_PATH=/app/lib", false)]
    [InlineData("LD_PRELOAD=/app/lib/own.so", false)]
    [InlineData("LD_AUDIT=/app/lib/audit.so", false)]
    [InlineData("LDFLAGS=-s", true)]
    [InlineData("OLD_PATH=/bin", true)]
    [InlineData("PATH=/usr/bin", true)]
    public void Settings_of_the_program_for_the_loader_do_not_reach_criu(string entry, bool reaches)
    {
        IReadOnlyList<string> environment = CriuCommand.WithoutLoaderSettings(["HOME=/root", entry, "LANG=C"]);

        Assert.Equal(reaches ? ["HOME=/root", entry, "LANG=C"] : ["HOME=/root", "LANG=C"], environment);
    }

    [Fact]
    public void Every_way_of_starting_a_criu_leaves_out_the_settings_of_the_program_for_the_loader()
    {
        using TempDirectory temp = new();
        ScriptedInit init = new();
        List<FileDescriptor> kept = [];
        init.WhenStarted = child => Answer(init.Starts[^1], child, kept);
        CriuSetup setup = new("/usr/sbin/criu", PrivilegeLevel.Basic, []);
        InstalledCriu criu = new(init, setup);
        using FileDescriptor output = Libc.Open("/dev/null", Libc.O_RDWR);

        criu.StartForDump(output, shareSysvMemory: true).Dispose();
        criu.StartForRestore().Dispose();
        criu.StartEarly().Dispose();
        LazyPagesProcess.Start(init, setup.File, temp.Path, temp.Path, temp.In("criu.out")).Dispose();
        Finding[] findings = [.. CriuChecks.Run(init, setup)];

        kept.ForEach(socket => socket.Dispose());
        Assert.Contains(findings, found => found.Name == "criuCheck");
        Assert.Equal(["swrk", "swrk", "swrk", "lazy-pages", "swrk", "check", "check", "check", "check"], init.Starts.Select(Subcommand));
        Assert.All(init.Starts, spec => Assert.Equal(Known(CriuCommand.Environment), Known(spec.Environment!)));
    }

    /// <summary>The rule for a start that the test above does not know.</summary>
    [Fact]
    public void Only_one_place_describes_a_process_of_criu()
    {
        IEnumerable<string> files = Repository.SourceFiles("src/Crik.Cli/Criu").Append(Repository.In("src/Crik.Cli/Checks/CriuChecks.cs"));

        Assert.All(files, file => Assert.DoesNotContain("new ProcessSpec(", File.ReadAllText(file), StringComparison.Ordinal));
    }

    /// <summary>A criu that talks over a socket tells its version, and every other one ends well.</summary>
    private static void Answer(ProcessSpec spec, ChildProcess child, List<FileDescriptor> kept)
    {
        if (Subcommand(spec) == "swrk")
        {
            FileDescriptor socket = Libc.DuplicateForChild(spec.Descriptors.Single(pair => pair.To == SocketInCriu).From);
            kept.Add(socket);
            Libc.Write(socket, s_version, "to crik");
        }
        else
        {
            child.NoteEnd(0);
        }
    }

    private static string Subcommand(ProcessSpec spec) => spec.Command.First(word => word is "swrk" or "lazy-pages" or "check");

    /// <summary>Leaves out the directory for what criu finds out about the kernel, which differs from one criu to the next.</summary>
    private static IEnumerable<string> Known(IReadOnlyList<string> environment) =>
        environment.Where(entry => !entry.StartsWith("XDG_RUNTIME_DIR=", StringComparison.Ordinal));
}
