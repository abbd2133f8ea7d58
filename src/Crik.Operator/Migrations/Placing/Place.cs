namespace Crik.Operator.Migrations.Placing;

/// <summary>Where a pod can go, or why it cannot.</summary>
internal abstract record Place
{
    private Place()
    {
    }

    public sealed record Found(string Node) : Place;

    /// <param name="Reason">One of <see cref="Contracts.PodMigrations.PodMigrationReasons"/>.</param>
    public sealed record Refused(string Reason, string Message) : Place;
}
