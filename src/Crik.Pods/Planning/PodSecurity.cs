namespace Crik.Pods.Planning;

/// <summary>
/// What Pod Security Admission says to an injected pod. The levels baseline and restricted allow neither the two
/// capabilities nor seccomp Unconfined, in any version and also in a user namespace (kubernetes.io, Pod Security
/// Standards; k8s.io/pod-security-admission, check_capabilities_baseline.go and check_seccompProfile_baseline.go).
/// </summary>
internal static class PodSecurity
{
    public const string EnforceLabel = "pod-security.kubernetes.io/enforce";
    public const string VersionLabel = "pod-security.kubernetes.io/enforce-version";

    /// <summary>What refuses the pod, or null.</summary>
    public static InjectionPlan.Skipped? Refusal(NamespaceFacts space) => EnforcedLevel(space) is { } level
        ? new(SkipReasons.PodSecurity, Sentence(space, level) + $" {Remedy(space)}") : null;

    /// <summary>`baseline` or `restricted`. Null if the namespace enforces neither.</summary>
    public static string? EnforcedLevel(NamespaceFacts space) =>
        space.Labels.GetValueOrDefault(EnforceLabel) is ("baseline" or "restricted") and var level ? level : null;

    public static string Sentence(NamespaceFacts space, string level) =>
        $"The namespace {space.Name} enforces the Pod Security level {level}{VersionOf(space)}, which refuses the capabilities "
        + "CHECKPOINT_RESTORE and SYS_PTRACE and the seccomp profile Unconfined that crik needs.";

    public static string Remedy(NamespaceFacts space) => $"Run the pod in another namespace, or: kubectl label namespace {space.Name} {EnforceLabel}=privileged --overwrite";

    private static string VersionOf(NamespaceFacts space) =>
        space.Labels.GetValueOrDefault(VersionLabel) is { Length: > 0 } version ? $" ({version})" : "";
}
