using System.Globalization;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Hosting;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>What a PodMigration asks for, with the defaults filled in.</summary>
/// <param name="Deadline">Null: a pod may be begun with at any time.</param>
internal sealed record MigrationRequest(PodMigrationSpec Spec, TimeSpan Timeout, TimeSpan? Deadline, int Parallel)
{
    /// <summary>How long moving one pod may take if the object does not say it.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(10);

    private static readonly string[] s_kinds = ["Deployment", "StatefulSet", "ReplicaSet", "Job"];

    /// <summary>Who saves a pod. `auto` means crik for a pod that looks as if it runs under it.</summary>
    public string EngineFor(MovingPod pod) => Spec.Engine is null or CheckpointEngines.Auto
        ? pod.CrikContainers.Count > 0 ? CheckpointEngines.Crik : CheckpointEngines.Kubelet
        : Spec.Engine;

    public MigrationDestination To => Spec.To ?? new MigrationDestination();

    /// <returns>The request, or null if the spec cannot be followed. The schema refuses most of that before.</returns>
    /// <param name="problem">Why not, as a sentence.</param>
    public static MigrationRequest? Read(PodMigrationSpec? spec, out string problem)
    {
        TimeSpan timeout = s_timeout, deadline = TimeSpan.Zero;
        int chosen = (spec?.Pod is { Length: > 0 } ? 1 : 0) + (spec?.Target is null ? 0 : 1) + (spec?.Selector is null ? 0 : 1);
        problem = spec is null || chosen != 1 ? "Set exactly one of spec.pod, spec.target and spec.selector."
            : spec is { PodUid: not null, Pod: null } ? "spec.podUID needs spec.pod."
            : spec.Target is { } target && (!s_kinds.Contains(target.Kind) || target.Name is not { Length: > 0 })
                ? $"spec.target must have a name, and the kind must be one of {string.Join(", ", s_kinds)}."
            : spec.Selector is { IsEmpty: true } ? "spec.selector must name at least one label."
            : spec.Selector is not null && spec.Limit is not > 0 ? "spec.selector needs spec.limit: how many pods it may match."
            : spec.To is { Node.Length: > 0, NodeSelector.Count: > 0 } ? "spec.to must have a node or a nodeSelector, not both."
            : spec.Engine is not (null or CheckpointEngines.Auto or CheckpointEngines.Crik or CheckpointEngines.Kubelet) ? $"The engine '{spec.Engine}' must be auto, crik or kubelet."
            : spec.Timeout is { } text && (!Duration.TryParse(text, out timeout) || timeout < TimeSpan.FromSeconds(1))
                ? $"The timeout '{text}' must be a duration such as 10m, and at least 1s."
            : spec.Deadline is { } end && (!Duration.TryParse(end, out deadline) || deadline < TimeSpan.FromSeconds(1))
                ? $"The deadline '{end}' must be a duration such as 2h, and at least 1s."
            : spec.Parallel is < 1 ? string.Create(CultureInfo.InvariantCulture, $"spec.parallel must be at least 1, not {spec.Parallel}.")
            : "";
        return problem.Length > 0 ? null : new MigrationRequest(spec!, timeout, spec!.Deadline is null ? null : deadline, spec.Parallel ?? 1);
    }

    /// <summary>What is moved, for messages.</summary>
    public string Describe() => Spec.Pod is { } pod ? $"the pod {pod}" : Spec.Target is { } target ? $"the {target.Kind} {target.Name}" : "the selector";
}
