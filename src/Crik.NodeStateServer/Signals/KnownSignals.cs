using Crik.Contracts;

namespace Crik.NodeStateServer.Signals;

/// <summary>
/// Every sign of a Node that is known to mean something, in the order they are asked: the first that is there decides.
/// The condition DisruptionTarget is one of Pods, which this server cannot read, and the clouds' metadata services can only
/// be asked from the node itself.
/// </summary>
internal static class KnownSignals
{
    /// <summary>When the node goes, whatever it was that said that it does.</summary>
    public const string KarpenterDeadline = "karpenter.sh/nodeclaim-termination-timestamp";

    public static IReadOnlyList<SignalRule> All { get; } =
    [
        // Gone: nothing of the node's can be saved any more.

        // Put there by an operator, or a fencing agent, who made sure that the machine is off.
        new("out-of-service", NodeState.Gone, new TaintMatch("node.kubernetes.io/out-of-service"), "the node was taken out of service"),

        // Put there by the cloud provider's controller when the instance is stopped.
        new("cloud-shutdown", NodeState.Gone, new TaintMatch("node.cloudprovider.kubernetes.io/shutdown"), "the cloud says that the instance is off"),

        // On: after 40 s of silence its pods are about to be evicted. A partitioned node that comes back is ready again at once.
        new("unreachable", NodeState.Gone, new TaintMatch("node.kubernetes.io/unreachable"), "the node does not answer"),

        // Shutting down: the node is being taken away now.

        // The only one the original knew. The kubelet writes it while it already ends pods, so a second look at SIGTERM may miss it.
        new("kubelet-shutdown", NodeState.ShuttingDown, new ConditionMatch("Ready", "False", "KubeletNotReady", "node is shutting down"),
            "the kubelet is shutting the node down"),

        // The value is the time of the taint, in seconds since 1970.
        new("autoscaler", NodeState.ShuttingDown, new TaintMatch("ToBeDeletedByClusterAutoscaler"), "the cluster autoscaler removes the node")
        {
            Text = SignalText.Since,
        },

        new("karpenter-deadline", NodeState.ShuttingDown, new AnnotationMatch(KarpenterDeadline), "Karpenter ends the node at a set time")
        {
            Text = SignalText.Deadline,
        },
        new("karpenter", NodeState.ShuttingDown, new TaintMatch("karpenter.sh/disrupted"), "Karpenter disrupts the node"),

        // The same, as versions before 1.0 wrote it.
        new("karpenter-beta", NodeState.ShuttingDown, new TaintMatch("karpenter.sh/disruption", "disrupting"), "Karpenter disrupts the node"),

        new("aws-spot", NodeState.ShuttingDown, new TaintMatch("aws-node-termination-handler/spot-itn"), "AWS takes the spot instance back"),
        new("aws-asg", NodeState.ShuttingDown, new TaintMatch("aws-node-termination-handler/asg-lifecycle-termination"),
            "the auto scaling group ends the instance"),

        // The handler drains as soon as it has put the taint there.
        new("aws-maintenance", NodeState.ShuttingDown, new TaintMatch("aws-node-termination-handler/scheduled-maintenance"),
            "AWS maintains the instance's host"),

        new("gke-termination", NodeState.ShuttingDown, new TaintMatch("cloud.google.com/impending-node-termination"), "GKE ends the node"),

        // The host of an accelerator node is maintained: the VM does not move, it ends.
        new("gke-maintenance", NodeState.ShuttingDown, new LabelMatch("cloud.google.com/active-node-maintenance", "ONGOING"),
            "GKE maintains the node's host"),

        // Azure's scheduled events share one condition and one reason; the message names the kind, and ends with the time.
        new("azure-preempt", NodeState.ShuttingDown, AzureEvent("Preempt"), "Azure takes the spot VM back") { Text = SignalText.Deadline },
        new("azure-terminate", NodeState.ShuttingDown, AzureEvent("Terminate"), "Azure deletes the VM") { Text = SignalText.Deadline },
        new("azure-redeploy", NodeState.ShuttingDown, AzureEvent("Redeploy"), "Azure moves the VM to another host") { Text = SignalText.Deadline },
        new("azure-reboot", NodeState.ShuttingDown, AzureEvent("Reboot"), "Azure reboots the VM") { Text = SignalText.Deadline },

        // AKS's automatic drain, which follows the events above.
        new("aks-drain", NodeState.ShuttingDown, new TaintMatch("remediator.kubernetes.azure.com/unschedulable"), "AKS drains the node"),
        new("aks-drain-old", NodeState.ShuttingDown, new TaintMatch("remediator.aks.microsoft.com/unschedulable"), "AKS drains the node"),

        // Somebody deleted the Node and a finalizer still holds it.
        new("node-deleting", NodeState.ShuttingDown, new BeingDeletedMatch(), "the Node object is being deleted"),

        // Cordoned: an early warning.

        // Memory survives a freeze of some seconds: nothing has to be saved.
        new("azure-freeze", NodeState.Cordoned, AzureEvent("Freeze"), "Azure will pause the VM for some seconds") { Text = SignalText.Deadline },

        // Off: the problem detector writes the condition also when it could not ask ("IMDS unavailable").
        new("azure-event", NodeState.Cordoned, new ConditionMatch("VMEventScheduled"), "Azure has scheduled an event for the VM") { OnByDefault = false },

        // A higher risk, no decision: the handler drains only if it was told to.
        new("aws-rebalance", NodeState.Cordoned, new TaintMatch("aws-node-termination-handler/rebalance-recommendation"),
            "AWS recommends to leave the spot instance"),

        // Off: a candidate is looked at for ten minutes, and most stay.
        new("autoscaler-candidate", NodeState.Cordoned, new TaintMatch("DeletionCandidateOfClusterAutoscaler"),
            "the cluster autoscaler may remove the node")
        {
            OnByDefault = false,
            Text = SignalText.Since,
        },

        new("cordon", NodeState.Cordoned, new UnschedulableMatch(), "the node is cordoned"),
        new("cordon-taint", NodeState.Cordoned, new TaintMatch("node.kubernetes.io/unschedulable"), "the node is cordoned"),

        // Off: a node that starts, or whose network plugin or container runtime is restarted, has it too, and so does one in the
        // middle of a graceful shutdown, which would then be taken for lost.
        new("not-ready", NodeState.Gone, new TaintMatch("node.kubernetes.io/not-ready"), "the node is not ready") { OnByDefault = false },
    ];

    private static ConditionMatch AzureEvent(string kind) => new("VMEventScheduled", MessageContains: kind);
}
