using Crik.Kubernetes.Api;

namespace Crik.Kubectl.Cluster;

/// <summary>A kind of objects, and the names by which people call it.</summary>
/// <param name="Template">The JSON pointer to its pod template; empty for a pod itself.</param>
internal sealed record ObjectKind(string Kind, ResourceType Type, string Template, params string[] Names)
{
    public static ObjectKind Pod { get; } = new("Pod", ResourceType.Core("pods"), "", "pod", "pods", "po");

    public static ObjectKind Deployment { get; } = Apps("Deployment", "deployment", "deployments", "deploy");

    public static ObjectKind StatefulSet { get; } = Apps("StatefulSet", "statefulset", "statefulsets", "sts");

    public static ObjectKind ReplicaSet { get; } = Apps("ReplicaSet", "replicaset", "replicasets", "rs");

    public static ObjectKind Job { get; } = new("Job", new ResourceType("batch", "v1", "jobs"), "/spec/template", "job", "jobs");

    public static IReadOnlyList<ObjectKind> All { get; } =
    [
        Pod, Deployment, StatefulSet, ReplicaSet, Job, Apps("DaemonSet", "daemonset", "daemonsets", "ds"),
        new("ReplicationController", ResourceType.Core("replicationcontrollers"), "/spec/template", "replicationcontroller", "replicationcontrollers", "rc"),
        new("CronJob", new ResourceType("batch", "v1", "cronjobs"), "/spec/jobTemplate/spec/template", "cronjob", "cronjobs", "cj"),
    ];

    public static ObjectKind? OfKind(string? kind) => All.FirstOrDefault(known => known.Kind == kind);

    private static ObjectKind Apps(string kind, string name, string plural, string shortName) =>
        new(kind, new ResourceType("apps", "v1", plural), "/spec/template", name, plural, shortName);
}
