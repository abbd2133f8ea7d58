using Crik.Hosting;
using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.Tests.Configuration;

public sealed class CommandLineTests
{
    [Fact]
    public void The_default_ports_are_those_of_the_original_server()
    {
        ServerOptions options = Parse([])!;

        Assert.Equal((9376, 8080, 8081, false), (options.Port, options.MetricsPort, options.HealthPort, options.Debug));
    }

    [Theory]
    [InlineData("--port=1")]
    [InlineData("-port=1")]
    [InlineData("--port 1")]
    [InlineData("-port 1")]
    public void A_flag_may_have_one_or_two_dashes_as_in_the_original_server(string flag) => Assert.Equal(1, Parse(flag.Split(' '))!.Port);

    [Fact]
    public void Every_flag_and_every_variable_sets_its_option()
    {
        (string Flag, string Text, Func<ServerOptions, object?> Option, object Expected)[] all =
        [
            ("--port", "1", options => options.Port, 1),
            ("--metrics-port", "2", options => options.MetricsPort, 2),
            ("--health-probes-port", "3", options => options.HealthPort, 3),
            ("--bind-address", "127.0.0.1", options => options.BindAddress?.ToString(), "127.0.0.1"),
            ("--debug", "true", options => options.Debug, true),
            ("--kubeconfig", "/k", options => options.Kubeconfig, "/k"),
            ("--enable-signal", "not-ready,azure-event", options => string.Join(' ', options.Signals.Enable), "not-ready azure-event"),
            ("--disable-signal", "cordon", options => string.Join(' ', options.Signals.Disable), "cordon"),
            ("--list-page-size", "4", options => options.PageSize, 4),
            ("--watch-idle-timeout", "5s", options => options.WatchIdleTimeout, TimeSpan.FromSeconds(5)),
            ("--not-ready-after", "6s", options => options.NotReadyAfter, TimeSpan.FromSeconds(6)),
            ("--max-wait", "7s", options => options.MaxWait, TimeSpan.FromSeconds(7)),
            ("--max-connections", "8", options => options.MaxConnections, 8),
            ("--max-connections-per-address", "12", options => options.MaxConnectionsPerAddress, 12),
            ("--max-lists", "13", options => options.MaxLists, 13),
            ("--max-streams", "14", options => options.MaxStreams, 14),
            ("--remember-deleted", "9s", options => options.RememberDeleted, TimeSpan.FromSeconds(9)),
            ("--remember-deleted-count", "10", options => options.RememberDeletedCount, 10),
            ("--shutdown-delay", "11s", options => options.ShutdownDelay, TimeSpan.FromSeconds(11)),
            ("--require-token", "true", options => options.RequireToken, true),
            ("--read-pods", "true", options => options.ReadPods, true),
        ];

        // The flags that are left out have tests of their own.
        Assert.Equal(
            CommandLine.Known().Select(known => known.Flag).Except(["--signals-file", "--token-audience", "--access-path", "--tls-cert-file", "--tls-private-key-file"]).Order(),
            all.Select(one => one.Flag).Order());
        foreach ((string flag, string text, Func<ServerOptions, object?> option, object expected) in all)
        {
            string variable = CommandLine.Known().Single(known => known.Flag == flag).Variable;
            Assert.Equal(expected, option(Parse([flag, text])!));
            Assert.Equal(expected, option(Parse([], (variable, text))!));
        }
    }

    [Fact]
    public void A_flag_wins_over_its_variable()
    {
        Assert.Equal(1, Parse(["--port", "1"], ("CRIK_SERVER_PORT", "2"))!.Port);
        Assert.False(Parse(["--debug=false"], ("CRIK_SERVER_DEBUG", "true"))!.Debug);
    }

    [Fact]
    public void KUBECONFIG_is_used_when_neither_flag_nor_variable_is_set()
    {
        Assert.Equal("/a", Parse([], ("KUBECONFIG", "/a"))!.Kubeconfig);
        Assert.Equal("/b", Parse([], ("KUBECONFIG", "/a"), ("CRIK_SERVER_KUBECONFIG", "/b"))!.Kubeconfig);
        Assert.Equal("/c", Parse(["--kubeconfig", "/c"], ("KUBECONFIG", "/a"), ("CRIK_SERVER_KUBECONFIG", "/b"))!.Kubeconfig);
    }

    [Fact]
    public void A_variable_that_Kubernetes_sets_for_a_Service_is_ignored() =>
        Assert.Equal(9376, Parse([], ("CRIK_NODE_STATE_SERVER_PORT", "tcp://10.0.0.1:9376"), ("NODE_STATE_SERVER_PORT", "tcp://10.0.0.1:9376"))!.Port);

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        ConfigurationException problem = Assert.Throws<ConfigurationException>(() => Parse(
            ["--port", "x", "--metrics-port", "8081", "--bind-address", "here", "--max-wait", "1y", "--list-page-size", "0", "--enable-signal", "nothing", "--token-audience", "a"],
            ("CRIK_SERVER_DEBUG", "perhaps")));

        Assert.Equal(
            [
                "--port: must be a number, not 'x'",
                "--bind-address: must be an IP address, not 'here'",
                "CRIK_SERVER_DEBUG: must be true or false, not 'perhaps'",
                "--max-wait: must be a duration such as 30s, 2m or 500ms, not '1y'",
                "--metrics-port and --health-probes-port: must differ, not both be 8081",
                "--list-page-size: must be from 1 to 10000, not 0",
                "--token-audience: has no effect without --require-token; add --require-token or remove this flag",
            ],
            problem.Message.Split('\n').Where(line => !line.StartsWith("signal ", StringComparison.Ordinal)).OrderBy(line => Order(line)));
        Assert.Contains("signal 'nothing' does not exist; the known signals are out-of-service,", problem.Message, StringComparison.Ordinal);

        static int Order(string line) => Array.FindIndex(
            ["--port:", "--bind", "CRIK", "--max-wait", "--metrics", "--list", "--token"], start => line.StartsWith(start, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--access-path=/crik", "/crik")]
    [InlineData("--access-path=none", null)]
    [InlineData("--require-token", "/v1/nodes")]
    public void The_access_path_can_be_changed_and_turned_off(string flag, string? path) =>
        Assert.Equal(path, Parse(["--require-token", flag])!.AccessPath);

    [Theory]
    [InlineData("--tls-cert-file and --tls-private-key-file: one of them is missing", "--tls-cert-file=a")]
    [InlineData("--tls-cert-file and --tls-private-key-file: one of them is missing", "--tls-private-key-file=a")]
    [InlineData("--access-path: must begin with a slash or be 'none', not 'nodes'", "--require-token", "--access-path=nodes")]
    [InlineData("--access-path: has no effect without --require-token; add --require-token or remove this flag", "--access-path=/crik")]
    public void Flags_of_callers_that_do_not_fit_together_are_refused(string problem, params string[] flags) =>
        Assert.Equal(problem, Assert.Throws<ConfigurationException>(() => Parse(flags)).Message);

    [Fact]
    public void The_two_files_of_TLS_are_set_together()
    {
        ServerOptions options = Parse(["--tls-cert-file=a"], ("CRIK_SERVER_TLS_PRIVATE_KEY_FILE", "b"))!;

        Assert.Equal(("a", "b"), (options.TlsCertFile, options.TlsKeyFile));
    }

    [Fact]
    public void A_token_audience_is_accepted_together_with_require_token() =>
        Assert.Equal("crik", Parse(["--require-token", "--token-audience", "crik"])!.TokenAudience);

    private static ServerOptions? Parse(string[] args, params (string Name, string Value)[] environment) =>
        CommandLine.Parse(args, name => environment.Where(variable => variable.Name == name).Select(variable => variable.Value).FirstOrDefault(), out _);
}
