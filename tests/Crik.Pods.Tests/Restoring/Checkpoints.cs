using System.Security.Cryptography;
using System.Text;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Pods.Tests.Restoring;

/// <summary>PodCheckpoints and nodes to try the rules on.</summary>
internal static class Checkpoints
{
    public static readonly DateTimeOffset Began = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static NodeFacts Node(string name = "node-2", string runtime = "containerd://2.1.9", string architecture = "amd64") => new(name, "6.1.0", architecture, runtime);

    public static NodeFacts Labelled(string name, params (string Key, string Value)[] labels) =>
        Node(name) with { Labels = labels.ToDictionary(static label => label.Key, static label => label.Value) };

    /// <param name="minute">When it was made.</param>
    public static PodCheckpointDocument Complete(string name = "web-0-1", int minute = 1, string pod = "web-0", string? runtime = "containerd 2.1.9", string? saved = null) => new()
    {
        Metadata = new ObjectMetadata
        {
            Name = name,
            Uid = $"uid-of-{name}",
            CreationTimestamp = Began.AddMinutes(minute),
            Annotations = saved is null ? null : new Dictionary<string, string> { [PodNames.SavedPodAnnotation] = saved },
        },
        Spec = new PodCheckpointSpec { Pod = pod },
        Status = new PodCheckpointStatus
        {
            Node = "node-1",
            Engine = CheckpointEngines.Kubelet,
            PodSha256 = saved is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(saved))),
            ControllerUid = saved is null ? null : UntrustedJson.ParseObject(Encoding.UTF8.GetBytes(saved)).At("metadata", "ownerReferences").Maps().FirstOrDefault().At("uid").Text(),
            Conditions = [new Condition { Type = PodCheckpointConditions.Ready, Status = Condition.True }],
            Containers = [new ContainerCheckpoint { Name = "app", Image = $"registry.example/checkpoints@sha256:{name}", Runtime = runtime }],
        },
    };

    public static PodCheckpointDocument Failed(string message = "the disk is full", int minute = 2) => Complete("web-0-failed", minute) with
    {
        Status = new PodCheckpointStatus
        {
            Conditions =
            [
                new Condition { Type = PodCheckpointConditions.Ready, Status = Condition.False },
                new Condition { Type = PodCheckpointConditions.Stalled, Status = Condition.True, Message = message },
            ],
        },
    };

    public static RestoreDecision Decide(
        PodCheckpointDocument wanted, RestoreFallback fallback = RestoreFallback.Fail, IReadOnlyList<NodeFacts>? nodes = null, params PodCheckpointDocument[] others) =>
        new RestoreRequest(wanted, others, nodes ?? [Node()], fallback).Decide();
}
