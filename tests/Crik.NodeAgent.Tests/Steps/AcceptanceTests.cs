using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Tests.Steps;

public sealed class AcceptanceTests
{
    [Theory]
    [InlineData(null, "", "kubelet:app,side")] // crik does not answer
    [InlineData("auto", "app", "crik:app")]
    [InlineData("kubelet", "app", "kubelet:app,side")]
    [InlineData("crik", "app", "crik:app")]
    public void The_engine_is_crik_where_it_runs(string? engine, string answers, string expected)
    {
        CheckpointFacts facts = Some.Facts(Some.Object(new PodCheckpointSpec { Pod = "web", Engine = engine })) with { CrikAnswers = answers.Split(',', StringSplitOptions.RemoveEmptyEntries) };
        CheckpointStep.Accept accept = Assert.IsType<CheckpointStep.Accept>(Some.Next(facts));
        Assert.Equal(expected, $"{accept.Engine}:{string.Join(',', accept.Containers)}");
    }

    [Fact]
    public void The_repository_is_kept_so_that_a_new_default_makes_no_second_image()
    {
        CheckpointStep.Accept accept = Assert.IsType<CheckpointStep.Accept>(Some.Next(Some.Facts(Some.Object())));
        Assert.Equal(Some.Settings.Repository, StatusChange.Accepted(Some.Object(), accept, Some.Pod, "node-1", Some.Now).Repository);
    }

    [Fact]
    public void Containers_that_are_named_are_saved_by_one_engine()
    {
        CheckpointFacts facts = Some.Facts(Some.Object(new PodCheckpointSpec { Pod = "web", Containers = ["app", "side"] })) with { CrikAnswers = ["app"] };
        Assert.Equal(CheckpointEngines.Kubelet, Assert.IsType<CheckpointStep.Accept>(Some.Next(facts)).Engine);
    }

    [Fact]
    public void Encryption_needs_an_image_and_so_the_kubelet()
    {
        CheckpointFacts facts = Some.Facts(Some.Object(new PodCheckpointSpec { Pod = "web", EncryptionSecret = "keys" })) with { CrikAnswers = ["app"] };
        Assert.Equal(CheckpointEngines.Kubelet, Assert.IsType<CheckpointStep.Accept>(Some.Next(facts)).Engine);
        Assert.Equal(PodCheckpointReasons.BadEncryptionSecret, Reason(facts with { EncryptionProblem = "no" }));
    }

    [Fact]
    public void What_cannot_be_done_is_refused_with_its_reason()
    {
        Assert.Equal(PodCheckpointReasons.ContainerNotFound, Reason(Some.Facts(Some.Object(new PodCheckpointSpec { Pod = "web", Containers = ["db"] }))));
        Assert.Equal(PodCheckpointReasons.CrikNotRunning, Reason(Some.Facts(Some.Object(new PodCheckpointSpec { Pod = "web", Engine = "crik" }))));
        Assert.Equal(PodCheckpointReasons.PodNotRunning, Reason(Some.Facts(Some.Object()) with { Pod = Some.Pod with { IsEnding = true } }));
        Assert.Equal(PodCheckpointReasons.PodNotRunning, Reason(Some.Facts(Some.Object()) with { Pod = Some.Pod with { Phase = "Succeeded" } }));
        Assert.Equal(PodCheckpointReasons.BadSpec, Reason(Some.Facts(Some.Object(new PodCheckpointSpec { Pod = "web", LeaveRunning = false }))));
        CheckpointStep step = CheckpointDecision.Next(Some.Facts(Some.Object()), Some.Settings with { Repository = null });
        Assert.Equal(PodCheckpointReasons.NoRepository, Assert.IsType<CheckpointStep.Fail>(step).Reason);
    }

    [Fact]
    public void A_pod_that_is_starting_is_awaited_for_a_while()
    {
        CheckpointFacts facts = Some.Facts(Some.Object()) with { Pod = Some.Pod with { Containers = [new ContainerView("app", false)] } };
        Assert.IsType<CheckpointStep.Wait>(Some.Next(facts));
        Assert.Equal(PodCheckpointReasons.PodNotRunning, Reason(facts with { Now = Some.Now + CheckpointDecision.StartPatience }));
    }

    [Fact]
    public void A_pod_of_another_node_or_none_is_no_matter_of_this_agent()
    {
        Assert.IsType<CheckpointStep.Nothing>(Some.Next(Some.Facts(Some.Object()) with { Pod = null }));
        Assert.IsType<CheckpointStep.Nothing>(Some.Next(Some.Facts(Some.Object()) with { Pod = Some.Pod with { Node = "node-2" } }));
    }

    [Fact]
    public void Another_pod_that_has_the_name_of_the_one_that_was_meant_is_left_alone()
    {
        PodCheckpointSpec spec = new() { Pod = "web", PodUid = "uid-of-the-one-before", DeletePod = true };
        Assert.Equal(PodCheckpointReasons.PodNotFound, Reason(Some.Facts(Some.Object(spec))));
        Assert.IsType<CheckpointStep.Accept>(Some.Next(Some.Facts(Some.Object(spec with { PodUid = Some.Pod.Uid }))));
        Assert.Equal(PodCheckpointReasons.PodNotFound, Leading.UpkeepDecisionTests.About(Some.Object(spec)));
    }

    [Theory]
    [InlineData("3x", null, null)]
    [InlineData("2h", null, null)]
    [InlineData(null, "docker", null)]
    [InlineData(null, null, "registry.example/a:tag")]
    [InlineData(null, null, "elsewhere.example/a")]
    public void A_spec_that_cannot_be_followed_is_refused(string? timeout, string? engine, string? repository)
    {
        AgentSettings settings = Some.Settings with { AllowedRepositories = ["registry.example/a"] };
        CheckpointFacts facts = Some.Facts(Some.Object(new PodCheckpointSpec { Pod = "web", Timeout = timeout, Engine = engine, Repository = repository }));
        Assert.Equal(PodCheckpointReasons.BadSpec, Assert.IsType<CheckpointStep.Fail>(CheckpointDecision.Next(facts, settings)).Reason);
    }

    [Theory]
    [InlineData("registry.example/a", true)]
    [InlineData("registry.example/a/b", true)]
    [InlineData("registry.example/ab", false)]
    [InlineData("registry.example/checkpoints", true)] // the agent's own
    public void A_repository_has_to_be_below_an_allowed_one(string repository, bool isAllowed) =>
        Assert.Equal(isAllowed, (Some.Settings with { AllowedRepositories = ["registry.example/a"] }).Allows(repository));

    private static string Reason(CheckpointFacts facts) => Assert.IsType<CheckpointStep.Fail>(Some.Next(facts)).Reason;
}
