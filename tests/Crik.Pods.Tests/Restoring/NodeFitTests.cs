using System.Text.Json.Nodes;
using Crik.Pods.Restoring;

namespace Crik.Pods.Tests.Restoring;

public sealed class NodeFitTests
{
    private static readonly NodeFacts s_node = Checkpoints.Labelled("n1", ("disk", "ssd"), ("cores", "8"));

    [Theory]
    [InlineData("""{"disk":"ssd"}""", null)]
    [InlineData("""{"disk":"hdd"}""", "It does not have the label disk=hdd, for which the pod's nodeSelector asks.")]
    [InlineData("""{"zone":"a"}""", "It does not have the label zone=a, for which the pod's nodeSelector asks.")]
    public void A_node_without_a_label_of_the_nodeSelector_is_not_offered(string selector, string? because) =>
        Assert.Equal(because, Sentence($$$"""{"nodeSelector":{{{selector}}} }""", s_node));

    [Theory]
    [InlineData("""{"matchExpressions":[{"key":"disk","operator":"In","values":["ssd","hdd"]}]}""", true)]
    [InlineData("""{"matchExpressions":[{"key":"disk","operator":"NotIn","values":["ssd"]}]}""", false)]
    [InlineData("""{"matchExpressions":[{"key":"zone","operator":"NotIn","values":["a"]},{"key":"zone","operator":"DoesNotExist"}]}""", true)]
    [InlineData("""{"matchExpressions":[{"key":"zone","operator":"Exists"}]}""", false)]
    [InlineData("""{"matchExpressions":[{"key":"cores","operator":"Gt","values":["7"]},{"key":"cores","operator":"Lt","values":["9"]}]}""", true)]
    [InlineData("""{"matchExpressions":[{"key":"cores","operator":"Gt","values":["8"]}]}""", false)]
    [InlineData("""{"matchExpressions":[{"key":"disk","operator":"Gt","values":["8"]}]}""", false)]
    [InlineData("""{"matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}]}""", true)]
    [InlineData("""{"matchFields":[{"key":"metadata.name","operator":"In","values":["n2"]}]}""", false)]
    [InlineData("""{"matchExpressions":[{"key":"disk","operator":"Odd"}]}""", false)]
    [InlineData("{}", false)]
    [InlineData("""{}, {"matchExpressions":[{"key":"disk","operator":"Exists"}]}""", true)]
    public void The_node_affinity_of_the_pod_decides(string terms, bool isOffered) => Assert.Equal(
        isOffered ? null : "The node affinity of the pod does not allow it.",
        Sentence($$$"""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{{{terms}}}]} } } }""", s_node));

    [Theory]
    [InlineData("", "NoSchedule", false)]
    [InlineData("", "PreferNoSchedule", true)]
    [InlineData("""{"key":"gpu","value":"yes"}""", "NoSchedule", true)]
    [InlineData("""{"key":"gpu","value":"no"}""", "NoSchedule", false)]
    [InlineData("""{"key":"gpu","operator":"Exists","effect":"NoExecute"}""", "NoExecute", true)]
    [InlineData("""{"key":"gpu","operator":"Exists","effect":"NoExecute"}""", "NoSchedule", false)]
    [InlineData("""{"operator":"Exists"}""", "NoExecute", true)]
    [InlineData("""{"key":"other","operator":"Exists"}""", "NoExecute", false)]
    public void A_taint_has_to_be_tolerated(string tolerations, string effect, bool isOffered) => Assert.Equal(
        isOffered ? null : $"It has the taint gpu=yes:{effect}, which the pod does not tolerate.",
        Sentence($$"""{"tolerations":[{{tolerations}}]}""", s_node with { Taints = [new NodeTaint("gpu", "yes", effect)] }));

    [Fact]
    public void Taints_that_come_and_go_by_themselves_a_chosen_node_and_unknown_labels_are_no_reason()
    {
        Assert.Null(Sentence("{}", s_node with { Taints = [new NodeTaint("node.kubernetes.io/not-ready", "", "NoExecute")] }));
        Assert.Null(Sentence("""{"nodeName":"n1","nodeSelector":{"zone":"a"}}""", s_node));
        Assert.Null(Sentence("""{"nodeSelector":{"zone":"a"}}""", Checkpoints.Node()));
    }

    [Fact]
    public void A_node_tells_its_labels_taints_and_architecture()
    {
        NodeFacts node = NodeFacts.Of(Pods.Parse("""
            {"metadata":{"name":"n","labels":{"kubernetes.io/hostname":"h","kubernetes.io/arch":"arm64"}},"spec":{"taints":[{"key":"gpu","effect":"NoSchedule"},{"key":"a","value":"b","effect":"NoExecute"}]}}
            """));

        Assert.Equal(("h", "arm64"), (node.Hostname, node.Architecture));
        Assert.Equal(["gpu:NoSchedule", "a=b:NoExecute"], node.Taints.Select(taint => taint.ToString()));
    }

    private static string? Sentence(string spec, NodeFacts node)
    {
        JsonObject pod = new() { ["spec"] = Pods.Parse(spec) };
        pod["spec"]!["containers"] = new JsonArray(new JsonObject { ["name"] = "app" });
        RestoreRequest request = new(Checkpoints.Complete(), [], [node], RestoreFallback.Fail) { PodOf = _ => pod };
        return request.Decide() is RestoreDecision.Refused refused
            ? refused.Reason["No node can restore web-0-1. Node n1: ".Length..].Replace(" Use another node.", "", StringComparison.Ordinal) : null;
    }
}
