namespace Crik.Kubectl.Tests.Commands;

public sealed class ExplainCommandTests : IAsyncLifetime
{
    private FakeCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await FakeCluster.StartAsync();
        _cluster.AddPod("web-0", Pods.UnderCrik, Pods.OwnedBy("StatefulSet", "web"));
        _cluster.Add("/apis/apps/v1/namespaces/shop/statefulsets/web", """{"metadata": {"name": "web"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}}}""");
        _cluster.Exec = async call =>
        {
            await call.WriteOutputAsync(string.Join(' ', call.Command.Skip(1)) + " says ok\n");
            await call.EndAsync(0);
        };
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Theory]
    [InlineData("web-0")]
    [InlineData("statefulset/web")]
    public async Task A_running_pod_is_explained_with_crik_check_and_with_what_could_not_be_read(string target)
    {
        (_, string output, _) = await _cluster.RunAsync("explain", target);

        Assert.StartsWith("pod/web-0: would not survive its node", output, StringComparison.Ordinal);
        Assert.Contains("It lacks the capabilities CHECKPOINT_RESTORE and SYS_PTRACE", output, StringComparison.Ordinal);
        Assert.Contains("  crik check in the pod:\n    check says ok\n", output, StringComparison.Ordinal);
        Assert.Contains("not read: namespace shop does not exist", output, StringComparison.Ordinal);
        Assert.Contains("not read: claim checkpoints-web-0 does not exist", output, StringComparison.Ordinal);
        Assert.Contains("not read: node worker-1 does not exist", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_namespace_the_claim_and_the_node_are_read()
    {
        _cluster.Add("/api/v1/namespaces/shop", """{"metadata": {"name": "shop", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}""");
        _cluster.Add("/api/v1/namespaces/shop/persistentvolumeclaims/checkpoints-web-0", """{"metadata": {"name": "c"}, "spec": {"volumeName": "pv-1", "accessModes": ["ReadWriteOnce"]}}""");
        _cluster.Add("/api/v1/persistentvolumes/pv-1", """
            {"metadata": {"name": "pv-1"}, "spec": {"accessModes": ["ReadWriteOnce"], "nodeAffinity": {"required": {"nodeSelectorTerms": [
             {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["worker-1"]}]}]}}}}
            """);
        _cluster.Add("/api/v1/nodes/worker-1", """{"metadata": {"name": "worker-1"}, "status": {"nodeInfo": {"kernelVersion": "4.19.0", "architecture": "amd64"}}}""");

        (int code, string output, _) = await _cluster.RunAsync("explain", "web-0");

        Assert.Equal(1, code);
        Assert.DoesNotContain("not read", output, StringComparison.Ordinal);
        Assert.Contains("restricted", output, StringComparison.Ordinal);
        Assert.Contains("worker-1", output, StringComparison.Ordinal);
        Assert.Contains("4.19.0", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_who_may_not_read_nodes_is_told_so_and_gets_the_rest()
    {
        _cluster.Refuse = static request => request.Contains("/nodes/", StringComparison.Ordinal) ? "nodes \"worker-1\" is forbidden" : null;

        Assert.Contains("nodes \"worker-1\" is forbidden", (await _cluster.RunAsync("explain", "web-0")).Output, StringComparison.Ordinal);
    }
}
