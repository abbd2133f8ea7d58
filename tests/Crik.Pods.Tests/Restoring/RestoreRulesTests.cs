using Crik.Pods.Restoring;

namespace Crik.Pods.Tests.Restoring;

public sealed class RestoreRulesTests
{
    private static readonly CheckpointOrigin s_containerd = new(ContainerRuntime.Parse("containerd 2.1.9"), "amd64");
    private static readonly CheckpointOrigin s_criO = new(ContainerRuntime.Parse("cri-o 1.37.0"), "amd64");

    [Theory]
    [InlineData("containerd://2.1.0", null)]
    [InlineData("containerd://2.1.9", null)]
    [InlineData("containerd://2.2.6", null)]
    [InlineData("containerd://2.3.3", null)]
    [InlineData("containerd://2.2.7", "enable_experimental_restore_via_create")]
    [InlineData("containerd://2.2.11", "enable_experimental_restore_via_create")]
    [InlineData("containerd://2.3.4", "enable_experimental_restore_via_create")]
    [InlineData("containerd://new", "The version of its containerd is not known")]
    [InlineData("", "Its container runtime is not known")]
    public void A_node_that_perhaps_restores_it_is_accepted_and_a_setting_that_it_needs_is_named(string runtime, string? warning)
    {
        IReadOnlyList<Obstacle> found = RestoreRules.Find(s_containerd, Checkpoints.Node(runtime: runtime));

        Assert.False(found.IsRefused());
        Assert.Equal(warning is not null, found.Any(obstacle => obstacle.Severity is Severity.Warning && $"{obstacle.Sentence} {obstacle.Remedy}".Contains(warning!, StringComparison.Ordinal)));
        Assert.Equal(warning is null ? 0 : 1, found.Count);
    }

    [Theory]
    [InlineData("containerd://2.4.0", "has removed that")]
    [InlineData("containerd://2.4.0-rc.0", "has removed that")]
    [InlineData("containerd://3.0.1", "has removed that")]
    [InlineData("containerd://2.0.7", "does that since 2.1")]
    [InlineData("containerd://1.7.24~ds1", "does that since 2.1")]
    [InlineData("docker://27.1.1", "restores no checkpoint images")]
    [InlineData("cri-o://1.37.0", "was made by containerd, whose archives no other runtime reads")]
    public void A_node_that_cannot_restore_it_is_refused_with_the_reason(string runtime, string reason)
    {
        Obstacle worst = RestoreRules.Find(s_containerd, Checkpoints.Node(runtime: runtime))[0];

        Assert.Equal((Severity.Problem, "node node-2"), (worst.Severity, worst.Subject));
        Assert.Contains(reason, worst.Sentence, StringComparison.Ordinal);
        Assert.NotNull(worst.Remedy);
    }

    [Fact]
    public void An_archive_of_CRI_O_goes_back_to_CRI_O_only()
    {
        Assert.True(RestoreRules.Find(s_criO, Checkpoints.Node()).IsRefused());
        Obstacle note = Assert.Single(RestoreRules.Find(s_criO, Checkpoints.Node(runtime: "cri-o://1.37.0")));
        Assert.Equal(Severity.Note, note.Severity);
        Assert.Contains("checkpoint_restore", note.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_architecture_is_refused_and_an_unknown_one_is_not()
    {
        Assert.Contains(RestoreRules.Find(s_containerd, Checkpoints.Node(architecture: "arm64")), obstacle => obstacle.Sentence.Contains("arm64", StringComparison.Ordinal));
        Assert.True(RestoreRules.Find(s_containerd, Checkpoints.Node(architecture: "arm64")).IsRefused());
        Assert.Empty(RestoreRules.Find(s_containerd with { Architecture = null }, Checkpoints.Node(architecture: "arm64")));
        Assert.Empty(RestoreRules.Find(s_containerd, Checkpoints.Node(architecture: "")));
    }

    [Fact]
    public void A_node_on_which_the_pod_would_wait_is_warned_about()
    {
        IReadOnlyList<Obstacle> found = RestoreRules.Find(s_containerd, Checkpoints.Node() with { IsReady = false, IsCordoned = true });

        Assert.False(found.IsRefused());
        Assert.Equal([(Severity.Warning, null), (Severity.Warning, "kubectl uncordon node-2")], found.Select(obstacle => (obstacle.Severity, obstacle.Remedy)));
    }

    [Fact]
    public void An_unknown_origin_and_an_encrypted_image_are_said()
    {
        Assert.Equal(Severity.Warning, Assert.Single(RestoreRules.Find(new CheckpointOrigin(null, null), Checkpoints.Node())).Severity);
        Assert.Contains("decryption_keys_path", Assert.Single(RestoreRules.Find(s_containerd with { IsEncrypted = true }, Checkpoints.Node())).Remedy, StringComparison.Ordinal);
    }
}
