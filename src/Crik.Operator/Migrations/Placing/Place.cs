namespace Crik.Operator.Migrations.Placing;

/// <summary>Where a pod can go, or why it cannot.</summary>
internal abstract record Place
{
    private Place()
    {
    }

    /// <param name="NeedsBaseImages">Whether its runtime restores a container only if the image is there from which it was started.</param>
    public sealed record Found(string Node, bool NeedsBaseImages = false) : Place;

    /// <param name="Reason">One of <see cref="Contracts.PodMigrations.PodMigrationReasons"/>.</param>
    public sealed record Refused(string Reason, string Message) : Place;
}
