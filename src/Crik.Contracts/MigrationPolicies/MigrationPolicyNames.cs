namespace Crik.Contracts.MigrationPolicies;

/// <summary>Names of policies on PodMigrations.</summary>
public static class MigrationPolicyNames
{
    /// <summary>The label of a PodMigration that a policy has created: the name of the policy.</summary>
    public const string PolicyLabel = "crik.dev/migration-policy";
}
