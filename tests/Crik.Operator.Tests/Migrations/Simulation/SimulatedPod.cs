using System.Text.Json.Nodes;
using Crik.Operator.Migrations.Deciding;

namespace Crik.Operator.Tests.Migrations.Simulation;

/// <summary>A pod of a simulation: what the API server shows of it, and the crik in it.</summary>
internal sealed class SimulatedPod(SimulatedProgram program, JsonObject json)
{
    public SimulatedProgram Program => program;

    public JsonObject Json { get; set; } = json;

    public MovingPod View => MovingPod.Of(Json);

    public bool IsArmed { get; set; }

    /// <summary>Null until the program runs.</summary>
    public long? RestoredFrom { get; set; }

    public bool Runs => View is { ReadyAt: not null, IsEnding: false };
}
