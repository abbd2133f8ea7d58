using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>Tells in which mode criu can run in this container.</summary>
internal enum PrivilegeLevel
{
    /// <summary>criu cannot make a checkpoint.</summary>
    None,

    /// <summary>With CHECKPOINT_RESTORE and SYS_PTRACE criu runs in its unprivileged mode.</summary>
    Basic,

    /// <summary>With SYS_ADMIN, NET_ADMIN and SYS_TIME too, crik can keep clocks going, use an IPC namespace and load pages lazily.</summary>
    Full,
}

/// <summary>
/// Reads the capabilities that criu will really have, and decides at which level it runs. Adding only some of the capabilities of the full
/// level improves nothing over the basic level; docs/design/0003-privileges.md has the measurements.
/// </summary>
/// <param name="Effective">Bits of <c>capability(7)</c>.</param>
/// <param name="SeccompFiltered">Whether crik runs under a seccomp filter. criu inherits the filter and may then not trace the program.</param>
internal sealed record Capabilities(ulong Effective, bool SeccompFiltered)
{
    /// <summary>criu's file has capabilities, but <c>no_new_privs</c> keeps criu from getting them.</summary>
    public bool FileMayNotGive { get; init; }

    /// <summary>
    /// Whether this container has a user namespace (<c>hostUsers: false</c>). Its capabilities mean nothing outside of it, and criu's full mode
    /// fails at what belongs to the node, such as its clock.
    /// </summary>
    public bool InUserNamespace { get; init; }

    /// <summary>Whether the capabilities of the full level are there and bring nothing.</summary>
    public bool HasUselessCapabilities => InUserNamespace && Has(CheckpointRestore | SysPtrace | Setpcap | Full);

    /// <summary>Its number is always the same (USER_NS_INIT_INO, include/uapi/linux/nsfs.h).</summary>
    private const string InitialUserNamespace = "user:[4026531837]";

    private const ulong Setpcap = 1UL << 8;
    private const ulong NetAdmin = 1UL << 12;
    private const ulong SysPtrace = 1UL << 19;
    private const ulong SysAdmin = 1UL << 21;
    private const ulong SysTime = 1UL << 25;
    private const ulong CheckpointRestore = 1UL << 40;
    private const ulong Full = SysAdmin | NetAdmin | SysTime;

    public PrivilegeLevel Level => !Has(CheckpointRestore | SysPtrace | Setpcap) ? PrivilegeLevel.None
        : Has(Full) && !InUserNamespace ? PrivilegeLevel.Full : PrivilegeLevel.Basic;

    /// <summary>The names of all capabilities, by their bits (include/uapi/linux/capability.h).</summary>
    private static readonly string[] s_names =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
        "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    /// <summary>Finds the names of the capabilities that a saved process has, and that criu cannot give it back here.</summary>
    /// <param name="here">The capabilities that criu has here.</param>
    /// <returns>Nothing when the image cannot be read: a restore reports why.</returns>
    public static IReadOnlyList<string> Missing(string images, int process, ulong here)
    {
        try
        {
            ulong missing = new CoreEntry(CriuImage.Read(Path.Combine(images, ImageName.Core(process))).First).Permitted & ~here;
            return [.. s_names.Select((name, bit) => (missing >> bit & 1) != 0 ? name : null).OfType<string>()];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return [];
        }
    }

    /// <summary>Explains to the user what prevents a checkpoint; empty when nothing does.</summary>
    public IEnumerable<string> Problems()
    {
        if (FileMayNotGive && Level == PrivilegeLevel.None)
        {
            yield return "criu may not get the capabilities of its file: set securityContext.allowPrivilegeEscalation to true";
        }
        else if (!Has(CheckpointRestore) || !Has(SysPtrace))
        {
            yield return "criu needs the capabilities CHECKPOINT_RESTORE and SYS_PTRACE: add them under securityContext.capabilities.add of "
                + "the container (a container that does not run as root needs them as file capabilities of criu too, see docs/reference.md)";
        }
        else if (!Has(Setpcap))
        {
            yield return "criu needs the capability SETPCAP for a restore: do not drop it, or add it under securityContext.capabilities.add";
        }

        if (SeccompFiltered)
        {
            yield return "a seccomp filter is on this container, and under one criu may not trace: set securityContext.seccompProfile.type "
                + "to Unconfined";
        }
    }

    /// <summary>Reads this process's own capabilities and, when it is not root, those that criu's file gives.</summary>
    public static Capabilities Read(string? criuFile)
    {
        string[] status = ProcFs.Lines("/proc/self/status");
        ulong effective = Bits("CapEff:");
        bool noNewPrivileges = ProcFs.Field(status, "NoNewPrivs:") == "1";
        ulong fromFile = criuFile is null ? 0 : Libc.FileCapabilities(criuFile) & Bits("CapBnd:");
        return new Capabilities(noNewPrivileges ? effective : effective | fromFile, SeccompFiltered: ProcFs.Field(status, "Seccomp:") == "2")
        {
            FileMayNotGive = noNewPrivileges && fromFile != 0,
            InUserNamespace = ProcFs.Link("/proc/self/ns/user") is { } own && own != InitialUserNamespace,
        };

        ulong Bits(string name) => ulong.Parse(ProcFs.Field(status, name) ?? "0", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private bool Has(ulong bits) => (Effective & bits) == bits;
}
