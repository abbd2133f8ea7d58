using Crik.Criu;
using Crik.Init;
using Crik.Inspection;
using Crik.Store;

namespace Crik.Checks;

/// <summary>Checks the criu of this container: whether it is there, its version, its features, and what its own check finds.</summary>
internal static class CriuChecks
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    public static IEnumerable<Finding> Run(IInit init, CriuSetup criu)
    {
        int version;
        try
        {
            version = new InstalledCriu(init, criu).AskVersion(s_longest);
        }
        catch (CriuException exception)
        {
            return [new("criu", Verdict.Problem, exception.Message)];
        }

        return
        [
            OfVersion(version, File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), Preload.ReachesCriu),
            .. OfFeatures(CriuFeatures.AskAll(init, criu.File, criu.Level), criu.Level),
            .. criu.Level == PrivilegeLevel.None ? (Finding[])[] : [OfOwnCheck(Ask(init, criu, out string[] said), said)],
        ];
    }

    /// <param name="isHelped">Whether crik answers criu's questions about sockets in the kernel's place.</param>
    internal static Finding OfVersion(int version, string kernel, bool isHelped)
    {
        string name = $"criu {Words.Version(version)}";
        return version < 40101 ? new("criu", Verdict.Warning, $"{name} is older than 4.1.1, the first that crik is tested with: install a newer one in the image")
            : version < 40200 && !isHelped && MachineFacts.KernelVersion(kernel).CompareTo((6, 16)) >= 0
                ? new("criu", Verdict.Warning, $"{name} cannot save programs with TCP or UDP sockets on Linux {kernel}: install 4.2 or newer in the image, or run the container as root")
            : Finding.Ok("criu", name);
    }

    /// <summary>Lists features that a checkpoint does not need. A missing one is no warning.</summary>
    internal static IEnumerable<Finding> OfFeatures(CriuFeatures features, PrivilegeLevel level)
    {
        yield return features.Compresses ? Finding.Ok("compression", "criu can compress memory (LZ4)")
            : Finding.NotHere("compression", "criu was built without LZ4 or is older than 4.3, so it saves memory uncompressed");
        yield return level != PrivilegeLevel.Full ? Finding.NotHere("lazyPages", "lazyPages has no effect without SYS_ADMIN, NET_ADMIN and SYS_TIME")
            : features.LazyPages ? Finding.Ok("lazyPages", "lazyPages works here: a restored program can run while its memory is still read")
            : Finding.NotHere("lazyPages", "lazyPages has no effect, because the kernel gives no userfaultfd");
        yield return features.TracksMemory ? Finding.Ok("memoryTracking", "the kernel can tell which memory was changed; crik does not use it yet")
            : Finding.NotHere("memoryTracking", "the kernel does not tell which memory was changed (CONFIG_MEM_SOFT_DIRTY); crik does not use it yet");
    }

    /// <summary>
    /// Reads what criu's own check found. It stops at the first thing that it misses, and the trial proves more, so this is only a
    /// warning.
    /// </summary>
    /// <param name="code">The exit code of <c>criu check</c>; <see langword="null"/> when it did not end.</param>
    /// <param name="said">The lines that it printed.</param>
    internal static Finding OfOwnCheck(int? code, IReadOnlyList<string> said)
    {
        const string Name = "criuCheck";
        if (code == 0)
        {
            return Finding.Ok(Name, "criu's own check looks good");
        }

        string[] errors = [.. said.Where(line => line.Contains("Error (", StringComparison.Ordinal) && !line.Contains("binfmt_misc", StringComparison.Ordinal))];
        string reason = errors.Length == 0 ? "it gave no reason" : errors[^1][(errors[^1].IndexOf("): ", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : 0)..].Trim();
        return reason.Contains("ns_last_pid", StringComparison.Ordinal)
            ? Finding.Ok(Name, "criu's own check stops because it cannot write /proc/sys/kernel/ns_last_pid; a restore does not need that (clone3)")
            : new(Name, Verdict.Warning, code is null ? "criu's own check did not end in time" : $"criu's own check found a problem: {reason}");
    }

    private static int? Ask(IInit init, CriuSetup criu, out string[] said)
    {
        (FileDescriptor ours, FileDescriptor theirs) = Libc.MakeSocketPair();
        using FileDescriptor none = Libc.Open("/dev/null", Libc.O_RDWR);
        using (ours)
        {
            string[] command = criu.Level == PrivilegeLevel.Full ? [criu.File, "check"] : [criu.File, "check", "--unprivileged"];
            ChildProcess process = init.Start(CriuCommand.Of(command) with { Descriptors = [(none.Number, 0), (theirs.Number, 1), (theirs.Number, 2)] });
            theirs.Dispose();
            if (!init.Wait(() => process.HasExited, Deadline.In(s_longest)))
            {
                _ = Libc.SendSignal(process.Pid, Signal.SIGKILL);
                init.Wait(() => process.HasExited, Deadline.In(s_longest));
                said = [];
                return null;
            }

            StringBuilder text = new();
            while (text.Length < 1 << 16 && HasMore(ours) && Libc.ReceivePacket(ours) is { } packet)
            {
                text.Append(Encoding.UTF8.GetString(packet));
            }

            said = text.ToString().Split('\n');
            return process.Exit!.Value.ToExitCode();
        }
    }

    /// <summary>Looks without waiting, because a process that criu left behind may hold the other end and never write.</summary>
    private static bool HasMore(FileDescriptor socket) => (Libc.PollForReading(socket) & Libc.POLLIN) != 0;
}
