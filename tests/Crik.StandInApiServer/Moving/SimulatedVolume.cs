namespace Crik.StandIn.Moving;

/// <summary>The volume of a program with its checkpoints, and what became of the program.</summary>
public sealed class SimulatedVolume
{
    /// <summary>The newest checkpoint.</summary>
    public long Generation { get; set; } = 1;

    /// <summary>The UID of the pod whose program uses it. Null: none does.</summary>
    public string? Holder { get; set; }

    /// <summary>Whether the next SIGTERM makes a checkpoint.</summary>
    public bool IsArmed { get; set; }

    /// <summary>How often a program was started or restored on it.</summary>
    public int Starts { get; set; }

    /// <summary>How often a pod that held it was deleted.</summary>
    public int Deletions { get; set; }
}
