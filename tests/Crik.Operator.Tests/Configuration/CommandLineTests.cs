using Crik.Hosting;
using Crik.Operator.Configuration;
using Crik.Pods;

namespace Crik.Operator.Tests.Configuration;

public sealed class CommandLineTests
{
    private static readonly string[] s_needed = ["--namespace=crik", "--identity=crik-operator-1", "--bundle-image=crik:1"];

    [Fact]
    public void Flags_and_variables_set_the_options_and_a_flag_wins()
    {
        Dictionary<string, string> variables = new() { ["CRIK_OPERATOR_GRACE_PERIOD"] = "5m", ["CRIK_OPERATOR_STORAGE_SIZE"] = "1Gi", ["CRIK_OPERATOR_BUNDLE_MODE"] = "init-container" };

        OperatorOptions options = CommandLine.Parse([.. s_needed, "--storage-size=2Gi", "--node-state-server-url=http://a:1"], variables.GetValueOrDefault, out _)!;

        Assert.Equal((TimeSpan.FromMinutes(5), "2Gi", "http://a:1/"), (options.Injection.GracePeriod, options.Injection.StorageSize, options.Injection.NodeStateServer?.AbsoluteUri));
        Assert.Equal(BundleMode.InitContainer, options.BundleMode);
    }

    [Theory]
    [InlineData("--bundle-mode: must be auto, image-volume or init-container, not 'x'", "--bundle-mode=x")]
    [InlineData("--grace-period: must be at least 1s", "--grace-period=10ms")]
    [InlineData("--access-mode: must be ReadWriteOnce, ReadWriteOncePod or ReadWriteMany, not 'ReadOnlyMany'", "--access-mode=ReadOnlyMany")]
    [InlineData("--storage-size: must be a quantity such as 10Gi, not '10 GB'", "--storage-size=10 GB")]
    [InlineData("--storage-class: must be the name of a storage class, not 'Fast!'", "--storage-class=Fast!")]
    [InlineData("--node-state-server-url: must be an address that begins with http:// or https://, not 'ftp://a'", "--node-state-server-url=ftp://a")]
    [InlineData("--migration-policies: needs --migration, because policies create PodMigrations", "--migration-policies")]
    [InlineData("--port, --metrics-port and --health-probes-port: must be different, not 8080, 8080 and 8081", "--port=8080")]
    public void A_wrong_value_is_named(string problem, string argument)
    {
        ConfigurationException wrong = Assert.Throws<ConfigurationException>(() => CommandLine.Parse([.. s_needed, argument], static _ => null, out _));

        Assert.Equal(problem, wrong.Message);
    }

    [Fact]
    public void A_certificate_cannot_be_verified_and_ignored()
    {
        ConfigurationException wrong = Assert.Throws<ConfigurationException>(() => CommandLine.Parse([.. s_needed, "--kubelet-ca-file=/ca", "--kubelet-skip-tls-verify"], static _ => null, out _));

        Assert.StartsWith("--kubelet-ca-file and --kubelet-skip-tls-verify: set one of them", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_must_be_set_is_named()
    {
        ConfigurationException missing = Assert.Throws<ConfigurationException>(() => CommandLine.Parse([], static _ => null, out _));

        Assert.Equal(
            ["--namespace: must be set to the namespace of the operator", "--identity: must be set to the name of its pod", "--bundle-image: must be set to the image that has /opt/crik"],
            missing.Message.Split('\n'));
    }
}
