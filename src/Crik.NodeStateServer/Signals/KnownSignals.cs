using Crik.Contracts;

namespace Crik.NodeStateServer.Signals;

/// <summary>
/// The built-in rules. Each says which sign on a Node means which state. A graver state wins, and among rules of the
/// same state the first one in this list wins. Two signs are missing on purpose: the condition DisruptionTarget is set
/// on Pods, which this server may not read, and the metadata service of a cloud answers only on the node itself.
/// </summary>
internal static class KnownSignals
{
    /// <summary>
    /// The annotation with the time at which the node ends. It applies to every signal that ends the node.
    /// </summary>
    public const string KarpenterDeadline = "karpenter.sh/nodeclaim-termination-timestamp";

    public static IReadOnlyList<SignalRule> All { get; } =
    [
        // State gone: nothing on the node can be saved any more.

        // Set by an operator or a fencing agent that has made sure that the machine is off.
        new("out-of-service", NodeState.Gone, new TaintMatch("node.kubernetes.io/out-of-service"), "the node was taken out of service"),

        // Set by the cloud provider's controller when the instance is stopped.
        new("cloud-shutdown", NodeState.Gone, new TaintMatch("node.cloudprovider.kubernetes.io/shutdown"), "the cloud says that the instance is off"),

        // On by default: the node was silent for 40 s, and its pods are about to be evicted. A node that was only cut
        // off from the network is ready again as soon as it returns.
        new("unreachable", NodeState.Gone, new TaintMatch("node.kubernetes.io/unreachable"), "the node does not answer"),

        // State shutting-down: the node is being taken away now.

        // The only signal that the original server knew. The kubelet sets it while it is already ending pods, so a
        // client that asks only at SIGTERM may miss it.
        new("kubelet-shutdown", NodeState.ShuttingDown, new ConditionMatch("Ready", "False", "KubeletNotReady", "node is shutting down"),
            "the kubelet is shutting the node down"),

        // The value is the time at which the taint was set, in seconds since 1970.
        new("autoscaler", NodeState.ShuttingDown, new TaintMatch("ToBeDeletedByClusterAutoscaler"), "the cluster autoscaler removes the node")
        {
            Text = SignalText.Since,
        },

        new("karpenter-deadline", NodeState.ShuttingDown, new AnnotationMatch(KarpenterDeadline), "Karpenter will end the node at a fixed time")
        {
            Text = SignalText.Deadline,
        },
        new("karpenter", NodeState.ShuttingDown, new TaintMatch("karpenter.sh/disrupted"), "Karpenter disrupts the node"),

        // Versions before 1.0 set this taint instead.
        new("karpenter-beta", NodeState.ShuttingDown, new TaintMatch("karpenter.sh/disruption", "disrupting"), "Karpenter disrupts the node"),

        new("aws-spot", NodeState.ShuttingDown, new TaintMatch("aws-node-termination-handler/spot-itn"), "AWS takes the spot instance back"),
        new("aws-asg", NodeState.ShuttingDown, new TaintMatch("aws-node-termination-handler/asg-lifecycle-termination"),
            "the auto scaling group ends the instance"),

        // The handler drains the node as soon as it has set the taint.
        new("aws-maintenance", NodeState.ShuttingDown, new TaintMatch("aws-node-termination-handler/scheduled-maintenance"),
            "AWS maintains the instance's host"),

        new("gke-termination", NodeState.ShuttingDown, new TaintMatch("cloud.google.com/impending-node-termination"), "GKE ends the node"),

        // Set on nodes with accelerators. Such a VM cannot move to another host, so it ends.
        new("gke-maintenance", NodeState.ShuttingDown, new LabelMatch("cloud.google.com/active-node-maintenance", "ONGOING"),
            "GKE maintains the node's host"),

        // All scheduled events of Azure have the same condition and reason. The message has the kind and the time of
        // the event.
        new("azure-preempt", NodeState.ShuttingDown, AzureEvent("Preempt"), "Azure takes the spot VM back") { Text = SignalText.Deadline },
        new("azure-terminate", NodeState.ShuttingDown, AzureEvent("Terminate"), "Azure deletes the VM") { Text = SignalText.Deadline },
        new("azure-redeploy", NodeState.ShuttingDown, AzureEvent("Redeploy"), "Azure moves the VM to another host") { Text = SignalText.Deadline },
        new("azure-reboot", NodeState.ShuttingDown, AzureEvent("Reboot"), "Azure reboots the VM") { Text = SignalText.Deadline },

        // AKS drains the node after one of the events above.
        new("aks-drain", NodeState.ShuttingDown, new TaintMatch("remediator.kubernetes.azure.com/unschedulable"), "AKS drains the node"),
        new("aks-drain-old", NodeState.ShuttingDown, new TaintMatch("remediator.aks.microsoft.com/unschedulable"), "AKS drains the node"),

        // Somebody deleted the Node, and a finalizer still keeps it.
        new("node-deleting", NodeState.ShuttingDown, new BeingDeletedMatch(), "the Node object is being deleted"),

        // State cordoned: an early warning.

        // The memory survives a freeze of some seconds, so nothing has to be saved.
        new("azure-freeze", NodeState.Cordoned, AzureEvent("Freeze"), "Azure will pause the VM for some seconds") { Text = SignalText.Deadline },

        // Off by default: the node problem detector also sets the condition when the metadata service does not answer
        // it.
        new("azure-event", NodeState.Cordoned, new ConditionMatch("VMEventScheduled"), "Azure has scheduled an event for the VM") { OnByDefault = false },

        // The window has begun in which GKE maintains the host of a node with accelerators
        // (cloud.google.com/kubernetes-engine/docs/how-to/handle-disruption-gpu-tpu). The maintenance itself has signals above.
        new("gke-maintenance-window", NodeState.Cordoned, new TaintMatch("cloud.google.com/maintenance-window-started"),
            "GKE's maintenance window of the node's host has begun"),

        // Off by default: it is set days before. The value is the time, in seconds since 1970 (the same page).
        new("gke-maintenance-scheduled", NodeState.Cordoned, new LabelMatch("cloud.google.com/scheduled-maintenance-time"),
            "GKE has scheduled a maintenance of the node's host")
        {
            OnByDefault = false,
            Text = SignalText.Deadline,
        },

        // An upgrade could not drain the node and has put another one in its place (UndrainableNodeBehavior "Cordon" of AKS).
        new("aks-quarantine", NodeState.Cordoned, new LabelMatch("kubernetes.azure.com/upgrade-status", "Quarantined"),
            "AKS could not drain the node for an upgrade, and replaces it"),

        // AWS reports a higher risk, not a decision. The handler drains the node only if it is configured to.
        new("aws-rebalance", NodeState.Cordoned, new TaintMatch("aws-node-termination-handler/rebalance-recommendation"),
            "AWS recommends leaving the spot instance"),

        // Off by default: the autoscaler watches a candidate for ten minutes, and keeps most of them.
        new("autoscaler-candidate", NodeState.Cordoned, new TaintMatch("DeletionCandidateOfClusterAutoscaler"),
            "the cluster autoscaler may remove the node")
        {
            OnByDefault = false,
            Text = SignalText.Since,
        },

        new("cordon", NodeState.Cordoned, new UnschedulableMatch(), "the node is cordoned"),
        new("cordon-taint", NodeState.Cordoned, new TaintMatch("node.kubernetes.io/unschedulable"), "the node is cordoned"),

        // Off by default: a node also has this taint while it starts, while its network plugin or container runtime
        // restarts, and during a graceful shutdown. A node in a graceful shutdown must not be reported as gone.
        new("not-ready", NodeState.Gone, new TaintMatch("node.kubernetes.io/not-ready"), "the node is not ready") { OnByDefault = false },
    ];

    /// <summary>AKS's node problem detector writes "Preempt Scheduled: Mon, 02 Mar 2026 19:01:45 GMT. DurationInSeconds: -1. …".</summary>
    private static ConditionMatch AzureEvent(string kind) => new("VMEventScheduled", Reason: "VMEventScheduled") { MessageStart = $"{kind} Scheduled:" };
}
