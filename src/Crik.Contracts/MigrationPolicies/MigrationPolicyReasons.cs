namespace Crik.Contracts.MigrationPolicies;

/// <summary>The reasons in the conditions and Events of a MigrationPolicy. They never change, because programs compare them.</summary>
public static class MigrationPolicyReasons
{
    /// <summary>The fields of the spec contradict each other, or one of them cannot be read.</summary>
    public const string BadSpec = "BadSpec";

    /// <summary>This operator may not ask for the load in the way that the spec names.</summary>
    public const string SourceNotAvailable = "SourceNotAvailable";

    public const string Suspended = "Suspended";

    /// <summary>No node has the labels of the node selector.</summary>
    public const string NoNodes = "NoNodes";

    /// <summary>Nobody says what load the nodes have, or it was measured too long ago. Nothing is done.</summary>
    public const string LoadUnknown = "LoadUnknown";

    /// <summary>The load is known, and nothing has to be done.</summary>
    public const string Watching = "Watching";

    /// <summary>A pod is being moved.</summary>
    public const string Moving = "Moving";

    /// <summary>A pod would be moved if it were no dry run.</summary>
    public const string WouldMove = "WouldMove";

    /// <summary>A node has too much load, and no pod can be taken from it now.</summary>
    public const string NothingToMove = "NothingToMove";

    /// <summary>A node has too much load.</summary>
    public const string NodeOverloaded = "NodeOverloaded";

    /// <summary>No node has too much load, or not for long enough.</summary>
    public const string NoNodeOverloaded = "NoNodeOverloaded";

    /// <summary>A node has less load than the lower threshold again. Only Events have it.</summary>
    public const string NodeRelieved = "NodeRelieved";

    /// <summary>A pod runs on another node. Only Events have it.</summary>
    public const string Moved = "Moved";

    /// <summary>A pod could not be moved. Only Events have it.</summary>
    public const string MoveFailed = "MoveFailed";
}
