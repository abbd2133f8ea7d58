using Crik.Store;

namespace Crik.Tests.Store;

public sealed class LastingVariablesTests
{
    [Theory]
    [InlineData("MODE=fast")]
    [InlineData("EMPTY=")]
    [InlineData("NODE_ENV=production")]
    [InlineData("DB_HOST=db.default.svc")]
    [InlineData("APP_PORT=8080")]
    [InlineData("LIMIT=1.5")]
    [InlineData("CRIK_PROGRAM_VERSION=registry/app:2")]
    [InlineData("CONTAINER_IMAGE=app")]
    public void A_variable_of_the_template_counts(string entry) => Assert.Single(Of(entry));

    [Theory]
    [InlineData("HOSTNAME=web-0")]
    [InlineData("POD_NAME=web-0")]
    [InlineData("MY_POD_UID=1")]
    [InlineData("K8S_NODE_NAME=node-1")]
    [InlineData("HOST_IP=10.0.0.1")]
    [InlineData("ADDRESSES=10.0.0.1,fd00::1")]
    [InlineData("ID=2f0c7a52-6a2f-4b1e-9d0a-3f6c1d2e4b5a")]
    [InlineData("KUBERNETES_SERVICE_HOST=10.96.0.1")]
    [InlineData("WEB_SERVICE_PORT_HTTP=80")]
    [InlineData("WEB_PORT=tcp://10.96.0.9:80")]
    [InlineData("WEB_PORT_80_TCP_ADDR=10.96.0.9")]
    [InlineData("CRIK_IMAGE_DIR=/checkpoint")]
    [InlineData("JUPYTERHUB_API_TOKEN=9f8e7d")]
    [InlineData("DB_PASSWORD=old")]
    [InlineData("PWD=/app")]
    [InlineData("TERM=xterm")]
    [InlineData("an entry without an equals sign")]
    [InlineData("WORKER=worker-web-7d9f")]
    public void A_variable_of_the_pod_the_node_or_the_services_does_not_count(string entry) => Assert.Empty(Of(entry));

    [Fact]
    public void A_value_that_contains_one_of_the_pod_does_not_count_wherever_it_stands() =>
        Assert.Equal([("MODE", "ab")], Of("URL=http://10.0.0.7:80", "POD_IP=10.0.0.7", "MODE=ab", "POD_ID=ab"));

    private static IEnumerable<(string Name, string Value)> Of(params string[] environment) => LastingVariables.Of(environment, hostName: "web-7d9f");
}
