using Crik.Pods;

namespace Crik.Operator.Admission;

/// <summary>How requests are answered.</summary>
/// <param name="OwnNamespace">The namespace of the operator. Its pods are never changed: it could not start without itself.</param>
internal sealed record AdmissionOptions(InjectionSettings Injection, string OwnNamespace)
{
    /// <summary>More namespaces that the webhook leaves out. The API server does not ask about their pods.</summary>
    public IReadOnlyCollection<string> ExcludedNamespaces { get; init; } = [];

    /// <summary>
    /// How long an answer may take. It must be less than the `timeoutSeconds` of the webhook. Otherwise the pod would be
    /// created as it is, and nobody would say why.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How the bundle comes into pods now, which depends on the nodes. Null: as <see cref="Injection"/> says.</summary>
    public Func<BundleMode>? Mode { get; init; }

    /// <summary>Whether new pods name crik as a responder to EvictionRequests. Null: never.</summary>
    public Func<bool>? RegistersResponder { get; init; }

    internal InjectionSettings CurrentInjection() => Mode is { } mode ? Injection with { Mode = mode() } : Injection;

    internal bool Excludes(string space) => space == OwnNamespace || space is "kube-system" || ExcludedNamespaces.Contains(space);
}
