using System.Text.Json.Nodes;
using Crik.Registry;

namespace Crik.Pods.Tests;

public sealed class CommandTests
{
    private static readonly string[] s_none = [];

    /// <summary>In each case: the fields of the container, ENTRYPOINT and CMD of the image, and what Kubernetes would run.</summary>
    [Theory]
    [InlineData("\"command\":[\"a\"]", "e", "c", "a", null)]
    [InlineData("\"command\":[\"a\",\"b\"],\"args\":[\"x\"]", "e", "c", "a b", "x")]
    [InlineData("\"args\":[\"x\",\"y\"]", "e", "c", "e", "x y")]
    [InlineData("\"args\":[\"x\"]", "", "c", "", "x")]
    [InlineData("\"command\":[],\"args\":[]", "e f", "c d", "e f", "c d")]
    [InlineData("\"command\":null", "e", "", "e", null)]
    [InlineData("", "", "c d", "", "c d")]
    public void The_wrapped_command_is_what_Kubernetes_would_run(string container, string entrypoint, string command, string wrapped, string? args)
    {
        JsonNode injected = Pods.Container(Pods.Injected(Pods.Bare(Pods.With(container)), Pods.Image(Words(entrypoint), Words(command))));

        Assert.Equal(["/opt/crik/bin/crik", "run", "--", .. Words(wrapped)], Texts(injected["command"]));
        Assert.Equal(args is null ? null : Words(args), injected["args"] is JsonArray { Count: > 0 } list ? Texts(list) : null);
    }

    /// <summary>The kubelet expands $(NAME) in a pod's command, and not in an image's.</summary>
    [Fact]
    public void A_dollar_in_the_image_is_written_so_that_the_kubelet_leaves_it_alone()
    {
        ImageConfiguration image = Pods.Image(["sh", "-c"], ["exec app $(hostname) $$ $HOME"]);

        JsonNode injected = Pods.Container(Pods.Injected(Pods.Bare(Pods.With("")), image));

        Assert.Equal("exec app $$(hostname) $$$$ $$HOME", (string?)injected["args"]![0]);
    }

    [Theory]
    [InlineData("\"command\":[\"crik\",\"run\",\"--\",\"app\"]", "", "")]
    [InlineData("\"command\":[\"/usr/local/bin/crik\",\"run\",\"app\"]", "", "")]
    [InlineData("\"command\":[\"crik\"],\"args\":[\"run\",\"--\",\"app\"]", "", "")]
    [InlineData("\"command\":[\"crik\",\"--debug\",\"run\",\"--\",\"app\"]", "", "")]
    [InlineData("\"args\":[\"app\"]", "crik run --", "")]
    [InlineData("", "", "/opt/crik/bin/crik run -- app")]
    public void A_container_that_runs_crik_already_keeps_its_command_and_its_crik(string container, string entrypoint, string command)
    {
        JsonObject pod = Pods.With(container);

        JsonObject injected = Pods.Injected(Pods.Bare(pod), Pods.Image(Words(entrypoint), Words(command)));

        Assert.True(JsonNode.DeepEquals(Pods.Container(pod)["command"], Pods.Container(injected)["command"]));
        Assert.Equal(["checkpoints"], injected["spec"]!["volumes"]!.AsArray().Select(volume => (string?)volume!["name"]));
    }

    [Fact]
    public void Without_the_configuration_of_the_image_the_pod_stays_as_it_is()
    {
        PodToInject pod = Pods.Bare(Pods.With("\"args\":[\"x\"]"));

        Assert.Equal(["app"], Injector.ContainersWhoseImageIsNeeded(pod));
        Assert.Equal(SkipReasons.CommandUnknown, Assert.IsType<InjectionPlan.Skipped>(Injector.Plan(pod, Pods.Settings, new Dictionary<string, ImageConfiguration>())).Reason);
    }

    [Fact]
    public void A_container_without_any_program_stays_as_it_is() =>
        Assert.Equal(SkipReasons.NoCommand, Pods.Skip(Pods.Bare(Pods.With("")), Pods.Image(s_none, s_none)).Reason);

    [Fact]
    public void The_image_of_a_container_with_a_command_is_not_needed() => Assert.Empty(Injector.ContainersWhoseImageIsNeeded(Pods.Bare(Pods.With())));

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Texts(JsonNode? list) => [.. list!.AsArray().Select(item => (string)item!)];
}
