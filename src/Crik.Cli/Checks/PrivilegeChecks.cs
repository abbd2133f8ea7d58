using Crik.Criu;
using Crik.Inspection;
using Crik.Policy;
using Crik.Store;

namespace Crik.Checks;

/// <summary>Checks what this container may do (docs/design/0003-privileges.md).</summary>
internal static class PrivilegeChecks
{
    internal const string BasicYaml = "securityContext:\n  capabilities: {add: [CHECKPOINT_RESTORE, SYS_PTRACE]}";
    internal const string FullYaml = "securityContext:\n  capabilities: {add: [CHECKPOINT_RESTORE, SYS_PTRACE, SYS_ADMIN, NET_ADMIN, SYS_TIME]}";
    internal const string SetpcapYaml = "securityContext:\n  capabilities: {add: [CHECKPOINT_RESTORE, SYS_PTRACE, SETPCAP]}";
    internal const string UnconfinedYaml = "securityContext:\n  seccompProfile: {type: Unconfined}";
    internal const string EscalationYaml = "securityContext:\n  allowPrivilegeEscalation: true";

    /// <summary>Adds what the full level needs besides capabilities where the container has a user namespace.</summary>
    internal static string? OutsideUserNamespaces(string? yaml) => yaml?.Replace(FullYaml, $"hostUsers: true   # of the pod; its node has to trust it then\n{FullYaml}", StringComparison.Ordinal);

    /// <param name="newest">The newest checkpoint, if there is one.</param>
    public static IEnumerable<Finding> Run(string? criuFile, CheckpointManifest? newest)
    {
        Capabilities capabilities = Capabilities.Read(criuFile);
        bool noNewPrivileges = ProcFs.Lines("/proc/self/status").Contains("NoNewPrivs:\t1");
        yield return OfCapabilities(capabilities, Libc.GetEffectiveUserId() == 0, noNewPrivileges);
        yield return OfSeccomp(capabilities.SeccompFiltered);
        yield return OfClock(capabilities.Level, File.Exists("/proc/self/ns/time"), newest is null ? null : CompatibilityGate.ClockStep(newest, Machine.Read()));
    }

    internal static Finding OfCapabilities(Capabilities capabilities, bool isRoot, bool noNewPrivileges)
    {
        const string Name = "capabilities";
        if (!isRoot && noNewPrivileges)
        {
            return new(Name, Verdict.Problem, "this container does not run as root, and criu may not get the capabilities of its file: allow privilege escalation", EscalationYaml);
        }

        return (capabilities with { SeccompFiltered = false }).Problems().FirstOrDefault(_ => true) is { } problem
            ? new(Name, Verdict.Problem, problem, problem.Contains("SETPCAP", StringComparison.Ordinal) ? SetpcapYaml : BasicYaml)
            : Finding.Ok(Name, capabilities.Level == PrivilegeLevel.Full
                ? "full level: clocks continue, and System V shared memory is saved"
                : capabilities.InUserNamespace ? "basic level: checkpoint and restore; in this user namespace no capability has power over the node, and more of them bring nothing"
                : "basic level: checkpoint and restore");
    }

    internal static Finding OfSeccomp(bool isFiltered) => isFiltered
        ? new("seccomp", Verdict.Problem, "a seccomp filter is on this container, and under one criu may not trace the program", UnconfinedYaml)
        : Finding.Ok("seccomp", "no filter");

    /// <param name="step">How far the clock would jump for the newest checkpoint; null without one.</param>
    internal static Finding OfClock(PrivilegeLevel level, bool hasNamespaces, TimeSpan? step) =>
        level == PrivilegeLevel.Full && hasNamespaces ? Finding.Ok("clock", "CLOCK_MONOTONIC continues after a restore: the program gets a time namespace")
        : new("clock", Verdict.Warning, "after a restore CLOCK_MONOTONIC is the new node's, and goes backwards on a node that booted later: timers that a program set by it then fire late"
            + (step < TimeSpan.Zero ? $"; for the newest checkpoint it would go back by {Words.Span(-step.Value)} here. " : ". ")
            + (hasNamespaces ? "With more capabilities it continues" : "This kernel has no time namespaces (CONFIG_TIME_NS)"), hasNamespaces ? FullYaml : null);
}
