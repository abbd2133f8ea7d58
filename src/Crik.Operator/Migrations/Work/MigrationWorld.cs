namespace Crik.Operator.Migrations.Work;

/// <summary>All that the work on migrations reads and changes.</summary>
internal sealed record MigrationWorld
{
    public required IMigrationObjects Objects { get; init; }

    public required IMigrationPods Pods { get; init; }

    public required IMigrationCheckpoints Checkpoints { get; init; }

    public required ICriks Criks { get; init; }

    public required IPlaces Places { get; init; }

    public required IMigrationNotices Notices { get; init; }
}
