using System.Text.Json;
using Crik.NodeStateServer.Kubernetes;

namespace Crik.NodeStateServer.Tests.Kubernetes;

public sealed class NodeDocumentTests
{
    [Fact]
    public void Bytes_that_are_not_UTF8_in_a_taint_do_no_harm()
    {
        byte[] node = [.. "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"taints\":[{\"key\":\""u8, 0xff, 0xfe, .. "\"}]}}"u8];

        Assert.Equal("a", JsonSerializer.Deserialize(node, KubernetesJson.Reading([]).NodeDocument)!.ToSnapshot().Name);
    }
}
