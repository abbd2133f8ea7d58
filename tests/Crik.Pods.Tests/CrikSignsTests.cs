using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Tests;

public sealed class CrikSignsTests
{
    [Theory]
    [InlineData("""{"command":["/opt/crik/crik","run"]}""", true)]
    [InlineData("""{"env":[{"name":"CRIK_IMAGE_DIR"}]}""", true)]
    [InlineData("""{"securityContext":{"capabilities":{"add":["CHECKPOINT_RESTORE"]} } }""", true)]
    [InlineData("""{"env":[{"name":"CRIK_SERVER_SHUTDOWN_DELAY"}]}""", false)]
    [InlineData("""{"env":[{"name":"CRIK_OPERATOR_PORT"},{"name":"PATH"}]}""", false)]
    [InlineData("""{"command":["sleep"]}""", false)]
    public void A_container_under_crik_is_told_from_others_and_from_the_servers_of_crik(string container, bool isUnderCrik) =>
        Assert.Equal(isUnderCrik, CrikSigns.IsUnderCrik(JsonNode.Parse(container)!.AsObject()));
}
