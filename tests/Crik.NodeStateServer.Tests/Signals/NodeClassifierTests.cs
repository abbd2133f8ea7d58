using Crik.Contracts;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Tests.Signals;

/// <summary>Tests the rules with Nodes as the components of real clusters write them.</summary>
public sealed class NodeClassifierTests
{
    private static readonly NodeClassifier s_default = NodeClassifier.From(new SignalOptions());

    /// <summary>The document, and the state, signal, since and deadline that it must give.</summary>
    public static TheoryData<string, string, string?, string?, string?> Documents => new()
    {
        { "eks-ready", "ready", null, null, null },
        { "gke-ready", "ready", null, null, null },
        { "aks-ready", "ready", null, null, null },
        { "karpenter-ready", "ready", null, null, null },
        { "kubeadm-ready", "ready", null, null, null },
        { "captured-kubelet-ready", "ready", null, null, null },
        { "captured-cordoned", "cordoned", "cordon", null, null },
        { "captured-unreachable", "gone", "unreachable", "2026-11-21T08:46:26Z", null },
        { "cordoned", "cordoned", "cordon", null, null },
        { "kubelet-graceful-shutdown", "shutting-down", "kubelet-shutdown", "2026-03-02T19:00:02Z", null },
        { "kubelet-graceful-shutdown-and-more", "shutting-down", "kubelet-shutdown", "2026-03-02T19:00:02Z", null },
        { "not-ready-network", "ready", null, null, null },
        { "unreachable", "gone", "unreachable", "2026-03-02T19:00:41Z", null },
        { "out-of-service", "gone", "out-of-service", null, null },
        { "cloud-shutdown", "gone", "cloud-shutdown", "2026-03-02T19:01:20Z", null },
        { "eks-spot-itn", "shutting-down", "aws-spot", null, null },
        { "eks-asg-lifecycle", "shutting-down", "aws-asg", null, null },
        { "eks-scheduled-maintenance", "shutting-down", "aws-maintenance", null, null },
        { "eks-rebalance-recommendation", "cordoned", "aws-rebalance", null, null },
        { "gke-impending-termination", "shutting-down", "kubelet-shutdown", "2026-03-02T19:00:02Z", null },
        { "gke-impending-termination-alone", "shutting-down", "gke-termination", null, null },
        { "gke-active-maintenance", "shutting-down", "gke-maintenance", null, null },
        { "gke-maintenance-window", "cordoned", "gke-maintenance-window", null, null },
        { "gke-maintenance-scheduled", "ready", null, null, null },
        { "aks-quarantined", "cordoned", "aks-quarantine", null, null },
        { "aks-preempt", "shutting-down", "azure-preempt", "2026-03-02T19:01:20Z", "2026-03-02T19:01:45Z" },
        { "aks-terminate", "shutting-down", "azure-terminate", "2026-03-02T19:01:20Z", "2026-03-02T19:06:20Z" },
        { "aks-redeploy", "shutting-down", "azure-redeploy", "2026-03-02T19:01:20Z", "2026-03-02T19:11:20Z" },
        { "aks-reboot", "shutting-down", "azure-reboot", "2026-03-02T19:01:20Z", "2026-03-02T19:16:20Z" },
        { "aks-freeze", "cordoned", "azure-freeze", "2026-03-02T19:01:20Z", "2026-03-02T19:16:20Z" },
        { "aks-imds-unavailable", "ready", null, null, null },
        { "aks-auto-drain", "shutting-down", "aks-drain", "2026-03-02T19:01:25Z", null },
        { "karpenter-disrupted", "shutting-down", "karpenter", "2026-03-02T19:02:00Z", null },
        { "karpenter-deadline", "shutting-down", "karpenter-deadline", null, "2026-03-02T19:32:05Z" },
        { "karpenter-deleting", "shutting-down", "node-deleting", "2026-03-02T19:02:05Z", null },
        { "karpenter-beta", "shutting-down", "karpenter-beta", null, null },
        { "autoscaler-to-be-deleted", "shutting-down", "autoscaler", "2026-03-02T19:03:00Z", null },
        { "autoscaler-candidate", "ready", null, null, null },
    };

    /// <summary>The name of a signal, and a document that has its sign.</summary>
    public static TheoryData<string, string> Signs => new()
    {
        { "out-of-service", "out-of-service" },
        { "cloud-shutdown", "cloud-shutdown" },
        { "unreachable", "unreachable" },
        { "kubelet-shutdown", "kubelet-graceful-shutdown" },
        { "autoscaler", "autoscaler-to-be-deleted" },
        { "karpenter-deadline", "karpenter-deadline" },
        { "karpenter", "karpenter-disrupted" },
        { "karpenter-beta", "karpenter-beta" },
        { "aws-spot", "eks-spot-itn" },
        { "aws-asg", "eks-asg-lifecycle" },
        { "aws-maintenance", "eks-scheduled-maintenance" },
        { "gke-termination", "gke-impending-termination-alone" },
        { "gke-maintenance", "gke-active-maintenance" },
        { "gke-maintenance-window", "gke-maintenance-window" },
        { "gke-maintenance-scheduled", "gke-maintenance-scheduled" },
        { "aks-quarantine", "aks-quarantined" },
        { "azure-preempt", "aks-preempt" },
        { "azure-terminate", "aks-terminate" },
        { "azure-redeploy", "aks-redeploy" },
        { "azure-reboot", "aks-reboot" },
        { "azure-freeze", "aks-freeze" },
        { "azure-event", "aks-imds-unavailable" },
        { "aks-drain", "aks-auto-drain" },
        { "node-deleting", "karpenter-deleting" },
        { "aws-rebalance", "eks-rebalance-recommendation" },
        { "autoscaler-candidate", "autoscaler-candidate" },
        { "cordon", "cordoned" },
        { "not-ready", "not-ready-network" },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_Node_gets_the_right_state_signal_time_and_deadline(string document, string state, string? signal, string? since, string? deadline)
    {
        Verdict verdict = s_default.Classify(NodeDocuments.Read(document, s_default));

        Assert.Equal((state, signal, Time(since), Time(deadline)), (verdict.State.ToWireName(), verdict.Signal, verdict.Since, verdict.Deadline));
        Assert.NotEmpty(verdict.Reason);
    }

    [Fact]
    public void Every_document_in_testdata_is_tested() =>
        Assert.Equal(NodeDocuments.Names, Documents.Select(row => (string)row[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_known_signal_has_a_document_except_the_two_duplicates()
    {
        IEnumerable<string> shown = Signs.Select(row => (string)row[0]).Concat(["cordon-taint", "aks-drain-old"]);

        Assert.Equal(KnownSignals.All.Select(rule => rule.Name).Order(), shown.Order());
    }

    [Theory]
    [MemberData(nameof(Signs))]
    public void A_signal_decides_when_it_is_the_only_one_that_is_on(string signal, string document)
    {
        NodeClassifier classifier = Only(signal);

        Verdict verdict = classifier.Classify(NodeDocuments.Read(document, classifier));

        Assert.Equal(signal, verdict.Signal);
        Assert.Equal(KnownSignals.All.Single(rule => rule.Name == signal).State, verdict.State);
    }

    [Theory]
    [MemberData(nameof(Signs))]
    public void A_signal_that_is_off_decides_nothing(string signal, string document)
    {
        string[] others = [.. KnownSignals.All.Where(rule => rule.Name != signal).Select(rule => rule.Name)];
        NodeClassifier classifier = NodeClassifier.From(new SignalOptions { Enable = others, Disable = [signal] });

        Assert.NotEqual(signal, classifier.Classify(NodeDocuments.Read(document, classifier)).Signal);
    }

    [Theory]
    [InlineData("cordon-taint", "node.kubernetes.io/unschedulable")]
    [InlineData("aks-drain-old", "remediator.aks.microsoft.com/unschedulable")]
    public void A_duplicate_of_a_signal_also_decides_alone(string signal, string taint)
    {
        NodeSnapshot node = new() { Name = "a", Taints = [new NodeTaint(taint, "", "NoSchedule", null)] };

        Assert.Equal(signal, Only(signal).Classify(node).Signal);
    }

    [Fact]
    public void Only_signals_that_healthy_nodes_have_too_are_off_by_default() =>
        Assert.Equal(["autoscaler-candidate", "azure-event", "gke-maintenance-scheduled", "not-ready"], KnownSignals.All.Where(rule => !rule.OnByDefault).Select(rule => rule.Name).Order());

    [Theory]
    [InlineData("Preempt Scheduled: Mon, 02 Mar 2026 19:01:45 GMT.", "azure-preempt")]
    [InlineData("Freeze Scheduled: Mon, 02 Mar 2026 19:01:45 GMT. The VM does not Reboot", "azure-freeze")]
    [InlineData("PreemptionPolicy Scheduled: Mon, 02 Mar 2026 19:01:45 GMT.", null)]
    [InlineData("No Terminate Scheduled: the VM stays", null)]
    [InlineData("curl http://169.254.169.254/metadata/scheduledevents?kind=Redeploy failed", null)]
    public void An_event_of_Azure_counts_only_where_the_node_problem_detector_names_its_kind(string message, string? signal)
    {
        NodeSnapshot node = new() { Name = "a", Conditions = [new NodeCondition("VMEventScheduled", "True", "VMEventScheduled", message, null)] };

        Assert.Equal(signal, s_default.Classify(node).Signal);
    }

    [Fact]
    public void A_scheduled_maintenance_of_GKE_has_its_time_when_it_is_turned_on()
    {
        NodeClassifier classifier = Only("gke-maintenance-scheduled");

        Verdict verdict = classifier.Classify(NodeDocuments.Read("gke-maintenance-scheduled", classifier));

        Assert.Equal((NodeState.Cordoned, DateTimeOffset.FromUnixTimeSeconds(1772478180)), (verdict.State, verdict.Deadline));
    }

    [Fact]
    public void The_graver_state_wins()
    {
        NodeSnapshot node = new()
        {
            Name = "a",
            Unschedulable = true,
            Taints = [new NodeTaint("ToBeDeletedByClusterAutoscaler", "1772478180", "NoSchedule", null), new NodeTaint("node.kubernetes.io/unreachable", "", "NoExecute", null)],
        };

        Assert.Equal(NodeState.Gone, s_default.Classify(node).State);
        Assert.Equal(NodeState.ShuttingDown, s_default.Classify(node with { Taints = [node.Taints[0]] }).State);
        Assert.Equal(NodeState.Cordoned, s_default.Classify(node with { Taints = [] }).State);
        Assert.Equal(NodeState.Ready, s_default.Classify(node with { Taints = [], Unschedulable = false }).State);
    }

    [Fact]
    public void The_deadline_of_Karpenter_applies_to_any_signal_that_decides()
    {
        NodeClassifier classifier = NodeClassifier.From(new SignalOptions { Disable = ["karpenter-deadline"] });

        Verdict verdict = classifier.Classify(NodeDocuments.Read("karpenter-deadline", classifier));

        Assert.Equal(("karpenter", Time("2026-03-02T19:32:05Z")), (verdict.Signal, verdict.Deadline));
    }

    [Fact]
    public void A_configured_rule_comes_before_the_known_signals_of_its_state()
    {
        SignalRule own = new("ours", NodeState.ShuttingDown, new TaintMatch("aws-node-termination-handler/spot-itn"), "we say so");
        NodeClassifier classifier = NodeClassifier.From(new SignalOptions { Rules = [own] });

        Assert.Equal("ours", classifier.Classify(NodeDocuments.Read("eks-spot-itn", classifier)).Signal);
        Assert.Equal("unreachable", classifier.Classify(NodeDocuments.Read("unreachable", classifier)).Signal);
    }

    [Fact]
    public void Only_labels_and_annotations_that_rules_need_are_read()
    {
        NodeSnapshot node = NodeDocuments.Read("gke-active-maintenance", s_default);

        Assert.Equal(["cloud.google.com/active-node-maintenance"], node.Labels.Keys);
        Assert.Empty(node.Annotations);
    }

    [Fact]
    public void A_Node_without_fields_is_ready()
    {
        Assert.Equal(NodeState.Ready, s_default.Classify(NodeDocuments.Parse("{\"metadata\":{\"name\":\"a\"}}"u8, s_default)).State);
        Assert.Equal(NodeState.Ready, s_default.Classify(NodeDocuments.Parse("{\"metadata\":{\"name\":\"a\",\"labels\":null},\"spec\":{\"taints\":null},\"status\":{\"conditions\":null}}"u8, s_default)).State);
    }

    private static NodeClassifier Only(string signal) => NodeClassifier.From(new SignalOptions
    {
        Enable = [signal],
        Disable = [.. KnownSignals.All.Select(rule => rule.Name).Where(name => name != signal)],
    });

    private static DateTimeOffset? Time(string? text) => text is null ? null : DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
