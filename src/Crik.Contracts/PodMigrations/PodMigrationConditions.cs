namespace Crik.Contracts.PodMigrations;

/// <summary>The types of the conditions of a PodMigration.</summary>
public static class PodMigrationConditions
{
    /// <summary>True when the pods were chosen.</summary>
    public const string Accepted = "Accepted";

    /// <summary>True when all pods have moved and are ready.</summary>
    public const string Ready = "Ready";

    /// <summary>True while the operator works on it. Otherwise it is not there, as kstatus wants it.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>True when it, or a part of it, has failed for good. Otherwise it is not there.</summary>
    public const string Stalled = "Stalled";
}
