namespace Crik.NodeAgent.Steps;

/// <summary>What the agent needs to know of a pod.</summary>
/// <param name="Containers">Its containers without the init containers, and whether each of them runs.</param>
/// <param name="CrikContainers">Those that look as if they run under crik.</param>
internal sealed record PodView(
    string Uid, string? Node, string Phase, IReadOnlyList<ContainerView> Containers, IReadOnlyList<string> CrikContainers)
{
    /// <summary>Whether somebody has deleted it.</summary>
    public bool IsEnding { get; init; }

    /// <summary>The UID by which the node knows it if it is a static pod, whose mirror at the API server has another one.</summary>
    public string? StaticUid { get; init; }

    public string? ControllerUid { get; init; }

    /// <summary>What a checkpoint keeps of it, so that it can be made again. Null if it is too large for that.</summary>
    public string? Template { get; init; }
}

/// <summary>A container of a pod.</summary>
internal sealed record ContainerView(string Name, bool IsRunning)
{
    /// <summary>The most bytes of memory that it can have. Null: no limit.</summary>
    public long? MemoryLimit { get; init; }
}
