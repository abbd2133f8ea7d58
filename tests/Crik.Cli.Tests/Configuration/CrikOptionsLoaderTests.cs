using Crik.Configuration;

namespace Crik.Tests.Configuration;

public sealed class CrikOptionsLoaderTests : IDisposable
{
    private readonly ConfigurationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Command_line_wins_over_environment_over_file_over_default()
    {
        File.WriteAllText(_fixture.FilePath, "imageDir: /file\nlogFormat: json\nlogLevel: error\nkeep: 3\n");
        Dictionary<string, string> environment = new() { ["CRIK_IMAGE_DIR"] = "/environment", ["CRIK_LOG_LEVEL"] = "warning" };

        CrikOptions options = _fixture.Load(new CommandLineOverrides { ImageDir = "/line", Debug = true }, environment);
        CrikOptions withoutLine = _fixture.Load(new CommandLineOverrides(), environment);

        Assert.Equal(("/line", LogLevel.Debug, LogFormat.Json, 3), (options.ImageDir, options.LogLevel, options.LogFormat, options.Keep));
        Assert.Equal(("/environment", LogLevel.Warning), (withoutLine.ImageDir, withoutLine.LogLevel));
        Assert.Equal(TimeSpan.FromSeconds(60), options.LockTimeout);
    }

    [Fact]
    public void The_file_of_the_command_line_wins_over_that_of_the_environment()
    {
        File.WriteAllText(_fixture.FilePath, "keep: 3");

        CrikOptions options = _fixture.Load(
            new CommandLineOverrides { ConfigPath = _fixture.FilePath }, new Dictionary<string, string> { ["CRIK_CONFIG_PATH"] = "/nonexistent" });

        Assert.Equal(3, options.Keep);
    }

    [Fact]
    public void Each_problem_names_its_source()
    {
        File.WriteAllText(_fixture.FilePath, "keep: 0\nghostLimit: much\n");

        ConfigurationException exception = Assert.Throws<ConfigurationException>(() => _fixture.Load(
            new CommandLineOverrides { ImageDir = "relative", LogFormat = "xml" },
            new Dictionary<string, string> { ["CRIK_GRACE_PERIOD"] = "0s", ["CRIK_KEPE"] = "1" }));

        Assert.Equal(
            [
                "--image-dir: must be an absolute path, not 'relative'",
                "--log-format: must be text or json or cloud, not 'xml'",
                $"{_fixture.FilePath}:1: keep: must be between 1 and 1000, not 0",
                $"{_fixture.FilePath}:2: ghostLimit: must be a size in bytes such as 500Mi, 2G or 1048576, not 'much'",
                "CRIK_GRACE_PERIOD: must be at least 1s",
                "CRIK_KEPE: unknown environment variable (did you mean 'CRIK_KEEP'?)",
            ],
            exception.Problems.Order(StringComparer.Ordinal));
        Assert.StartsWith("the configuration has 6 problems:\n  ", exception.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Configuration, exception.Kind);
    }

    [Theory]
    [InlineData("disrupted", "", true)]
    [InlineData("disrupted:ready", "Ready", true)]
    [InlineData("ready", "Ready", false)]
    public void A_disruption_of_the_pod_is_chosen_among_the_states_of_the_node(string text, string states, bool onDisruption)
    {
        CrikOptions options = _fixture.Load(new(), new Dictionary<string, string> { ["CRIK_CHECKPOINT_ON"] = text });

        Assert.Equal((states, onDisruption), (string.Join(' ', options.CheckpointOn), options.CheckpointOnDisruption));
    }

    [Fact]
    public void A_preStop_hook_cannot_take_the_whole_grace_period() => Assert.Equal(
        ["CRIK_PRE_STOP_TIME: must be less than gracePeriod, of which the kubelet takes it"],
        Assert.Throws<ConfigurationException>(() => _fixture.Load(new(), new Dictionary<string, string> { ["CRIK_PRE_STOP_TIME"] = "30s" })).Problems);

    [Fact]
    public void An_image_directory_that_is_not_UTF_8_is_refused_because_dotnet_would_use_another_one()
    {
        ConfigurationException exception = Assert.Throws<ConfigurationException>(
            () => _fixture.Load(new CommandLineOverrides(), new Dictionary<string, string> { ["CRIK_IMAGE_DIR"] = Crik.Linux.ByteStrings.Decode([(byte)'/', (byte)'a', 0xFF]) }));

        Assert.Equal(["CRIK_IMAGE_DIR: must be UTF-8 text, not '/a\uFFFD'"], exception.Problems);
    }

    [Fact]
    public void Valid_settings_beside_a_mistake_are_kept_for_crik_check()
    {
        File.WriteAllText(_fixture.FilePath, "imageDir: /checkpoints\nkeep: many\ncriuPath: /opt/criu\n");

        ConfigurationException exception = Assert.Throws<ConfigurationException>(() => _fixture.Load(new CommandLineOverrides { LogFormat = "xml" }));

        Assert.Equal("/checkpoints", exception.Rest!.ImageDir);
        Assert.Equal("/opt/criu", exception.Rest.CriuPath);
        Assert.Equal(new CrikOptions().Keep, exception.Rest.Keep);
    }

    [Fact]
    public void Every_key_has_a_variable_and_its_default_value_changes_nothing()
    {
        foreach (OptionKey key in OptionKeys.All)
        {
            CrikOptions options = _fixture.LoadEnvironment((key.EnvironmentName, Variable(key.DefaultText) ?? Unset(key)));

            if (key.Kind == OptionKind.ChoiceList)
            {
                Assert.Equal(new CrikOptions().CheckpointOn, options.CheckpointOn);
            }
            else if (key.DefaultText is not null)
            {
                Assert.Equal(new CrikOptions(), options);
            }
            else
            {
                Assert.NotEqual(new CrikOptions(), options);
            }
        }

        static string? Variable(string? text) => text?.Trim('[', ']').Replace(", ", ":", StringComparison.Ordinal);

        static string Unset(OptionKey key) => key.Kind is OptionKind.Url ? "http://x" : key.Name.EndsWith("Signal", StringComparison.Ordinal) ? "SIGUSR1" : "/x";
    }

    [Theory]
    [InlineData("imageDir", "CRIK_IMAGE_DIR")]
    [InlineData("nodeStateServerURL", "CRIK_NODE_STATE_SERVER_URL")]
    [InlineData("checkpointExitCode", "CRIK_CHECKPOINT_EXIT_CODE")]
    public void A_variable_is_named_after_its_key(string key, string expected) => Assert.Equal(expected, OptionKeys.Find(key)!.EnvironmentName);

    [Fact]
    public void Lists_in_variables_are_separated_by_colons()
    {
        Assert.Equal(["/a", "/b c"], _fixture.LoadEnvironment(("CRIK_ADDITIONAL_PATHS", "/a:/b c/")).AdditionalPaths);
        Assert.Empty(_fixture.LoadEnvironment(("CRIK_ADDITIONAL_PATHS", "")).AdditionalPaths);
    }

    [Theory]
    [InlineData("CRIK_SERVICE_HOST")]
    [InlineData("CRIK_SERVICE_PORT")]
    [InlineData("CRIK_SERVICE_PORT_HTTP")]
    [InlineData("CRIK_PORT")]
    [InlineData("CRIK_PORT_9376_TCP_ADDR")]
    [InlineData("CRIK_NODE_STATE_SERVER_SERVICE_HOST")]
    [InlineData("CRIK_NODE_STATE_SERVER_SERVICE_PORT_METRICS")]
    [InlineData("CRIK_NODE_STATE_SERVER_PORT")]
    [InlineData("CRIK_NODE_STATE_SERVER_PORT_9376_TCP")]
    [InlineData("PATH")]
    [InlineData("CRIKET")]
    public void Variables_that_are_not_for_crik_are_ignored(string name) => Assert.Equal(new CrikOptions(), _fixture.LoadEnvironment((name, "x")));

    [Theory]
    [InlineData("CRIK_IMAGEDIR", "x", "CRIK_IMAGEDIR: unknown environment variable (did you mean 'CRIK_IMAGE_DIR'?)")]
    [InlineData("CRIK_SOMETHING_ELSE", "x", "CRIK_SOMETHING_ELSE: unknown environment variable")]
    [InlineData("CRIK_IMAGE_DIR", "", "CRIK_IMAGE_DIR: must not be empty; leave it out for the default")]
    [InlineData("CRIK_CONFIG_PATH", "", "CRIK_CONFIG_PATH: must not be empty")]
    public void A_wrong_variable_is_refused(string name, string value, string expected) =>
        Assert.Equal([expected], Assert.Throws<ConfigurationException>(() => _fixture.LoadEnvironment((name, value))).Problems);
}
