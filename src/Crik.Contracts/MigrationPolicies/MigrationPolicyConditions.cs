namespace Crik.Contracts.MigrationPolicies;

/// <summary>The types of the conditions of a MigrationPolicy.</summary>
public static class MigrationPolicyConditions
{
    /// <summary>True while the policy is in force and the load of its nodes is known.</summary>
    public const string Ready = "Ready";

    /// <summary>True while a node has had too much load for long enough.</summary>
    public const string Overloaded = "Overloaded";

    /// <summary>True while the policy waits for something that should come by itself. Otherwise it is not there, as kstatus wants it.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>True when only a change of the spec helps. Otherwise it is not there.</summary>
    public const string Stalled = "Stalled";
}
