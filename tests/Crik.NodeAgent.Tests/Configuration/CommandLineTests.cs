using Crik.Hosting;
using Crik.Images;
using Crik.NodeAgent.Configuration;

namespace Crik.NodeAgent.Tests.Configuration;

public sealed class CommandLineTests
{
    private static readonly string[] s_needed = ["--node=node-1", "--namespace=crik", "--identity=agent-1", "--kubelet-address=10.0.0.1"];

    [Fact]
    public void Flags_win_over_variables_and_both_over_defaults()
    {
        AgentOptions options = Parse(["--min-free=5", "--compression=none", "--bytes-per-pod=10Gi", "--max-age=720h"], "CRIK_NODE_AGENT_MIN_FREE=20", "CRIK_NODE_AGENT_KEEP_PER_POD=3");
        Assert.Equal((5, LayerCompression.None, 3, 10L << 30), (options.MinFree, options.Compression, options.Retention.Pod.Count, options.Retention.Pod.Bytes));
        Assert.Equal(TimeSpan.FromHours(720), options.Retention.MaxAge);
        Assert.Equal("node-1", options.Settings.Node);
        Assert.Null(options.Retention.Namespace.Count);
    }

    [Theory]
    [InlineData("--min-free=95")]
    [InlineData("--parallel-pushes=0")]
    [InlineData("--compression=zstd")]
    [InlineData("--repository=registry.example/a:tag")]
    [InlineData("--keep-per-pod=0")]
    [InlineData("--bytes-per-pod=ten")]
    [InlineData("--bytes-per-pod=9999999999Ti")]
    [InlineData("--timeout=0s")]
    [InlineData("--health-probes-port=8080")]
    public void A_value_that_makes_no_sense_is_refused_with_the_name_of_its_flag(string flag)
    {
        ConfigurationException problem = Assert.Throws<ConfigurationException>(() => Parse([flag]));
        Assert.Contains(flag.Split('=')[0], problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_agent_cannot_do_without_is_demanded()
    {
        ConfigurationException problem = Assert.Throws<ConfigurationException>(() => CommandLine.Parse([], static _ => null, out _));
        Assert.All(s_needed, flag => Assert.Contains(flag.Split('=')[0], problem.Message, StringComparison.Ordinal));
    }

    private static AgentOptions Parse(string[] flags, params string[] variables)
    {
        Dictionary<string, string> environment = variables.Select(static text => text.Split('=')).ToDictionary(static parts => parts[0], static parts => parts[1]);
        return CommandLine.Parse([.. s_needed, .. flags], environment.GetValueOrDefault, out _)!;
    }
}
