using System.Text;
using System.Text.Json.Nodes;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>What the crik in a container says of itself.</summary>
/// <param name="Newest">The newest checkpoint that this run made, or from which it was restored. Null: there is none.</param>
/// <param name="RestoredFrom">Null: the program started afresh.</param>
/// <param name="IsArmed">Whether the next SIGTERM makes a checkpoint.</param>
internal sealed record CrikState(string Container, string ImageDirectory, long? Newest, long? RestoredFrom, bool IsArmed)
{
    /// <summary>The PersistentVolumeClaim on which the image directory is. Null: nobody has looked, or it is on none.</summary>
    public string? Claim { get; init; }

    /// <summary>Whether the program runs. Before, it is being restored or started.</summary>
    public bool HasProgram { get; init; } = true;

    /// <param name="status">What `crik status -o json` prints.</param>
    /// <returns>Null if it is something else.</returns>
    public static CrikState? Read(string container, string status)
    {
        JsonObject? state = UntrustedJson.ParseObject(Encoding.UTF8.GetBytes(status));
        long? restored = state.At("restoredFrom").Number();
        return state.At("imageDir").Text() is not { } directory ? null
            : new CrikState(container, directory, state.At("lastCheckpoint").Number() ?? restored, restored, state.At("checkpointAtTermination").IsTrue())
            {
                HasProgram = state.At("pid").Number() is not null,
            };
    }
}
