namespace Crik.Operator.Policies.Deciding;

/// <summary>Something that people should hear about a policy, in an Event and in the log.</summary>
/// <param name="Reason">One of <see cref="Contracts.MigrationPolicies.MigrationPolicyReasons"/>.</param>
internal sealed record PolicyNotice(bool IsWarning, string Reason, string Message);
