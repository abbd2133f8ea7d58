using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Tests.Steps;

/// <summary>Objects and pods as tests of decisions need them.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 18, 0, 0, TimeSpan.Zero);

    public static readonly AgentSettings Settings = new("node-1") { Repository = "registry.example/checkpoints", Timeout = TimeSpan.FromSeconds(60) };

    public static PodView Pod { get; } = new("uid-pod", "node-1", "Running", [new ContainerView("app", true), new ContainerView("side", true)], ["app"]);

    public static PodCheckpointDocument Object(PodCheckpointSpec? spec = null, PodCheckpointStatus? status = null) => new()
    {
        Metadata = new ObjectMetadata { Name = "one", Namespace = "team", Uid = "uid-one", Generation = 1, CreationTimestamp = Now, Finalizers = [PodCheckpointNames.ImageFinalizer] },
        Spec = spec ?? new PodCheckpointSpec { Pod = "web" },
        Status = status,
    };

    /// <summary>The status of an object that was accepted, with these containers.</summary>
    public static PodCheckpointStatus Accepted(params ContainerCheckpoint[] containers) =>
        new() { Node = "node-1", PodUid = "uid-pod", Engine = CheckpointEngines.Kubelet, StartTime = Now, Containers = containers };

    public static ContainerCheckpoint Open(string name = "app") => new() { Name = name, FrozenTime = Now };

    public static ContainerCheckpoint Saved(string name = "app") => Open(name) with { SavedTime = Now, Archive = $"uid-one_{name}.tar" };

    public static ContainerCheckpoint Pushed(string name = "app") => Saved(name) with { PushedTime = Now, Image = "registry.example/checkpoints@sha256:1" };

    public static CheckpointStep Next(CheckpointFacts facts) => CheckpointDecision.Next(facts, Settings);

    public static CheckpointFacts Facts(PodCheckpointDocument item) => new(item, Pod, Now);
}
