using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Engines;
using Crik.NodeAgent.Steps;
using Crik.NodeAgent.Tests.Simulation;
using Crik.NodeAgent.Tests.Steps;
using Crik.NodeAgent.Work;

namespace Crik.NodeAgent.Tests.Work;

public sealed class CrikQuestionsTests : ICrik
{
    private readonly SimulatedClock _clock = new();
    private readonly CrikQuestions _questions;
    private bool _isBusy = true;

    public CrikQuestionsTests() => _questions = new CrikQuestions(this, _clock);

    [Theory]
    [InlineData("10m", 120)]
    [InlineData("30s", 30)]
    public async Task A_question_that_is_not_answered_is_asked_again_and_then_fails_the_object_instead_of_choosing_an_engine(string timeout, int seconds)
    {
        await Assert.ThrowsAsync<KubernetesException>(() => AskAsync(timeout));
        _clock.Move(TimeSpan.FromSeconds(seconds - 1));
        await Assert.ThrowsAsync<KubernetesException>(() => AskAsync(timeout));
        _clock.Move(TimeSpan.FromSeconds(1));
        CheckpointStep.Fail fail = Assert.IsType<CheckpointStep.Fail>(Some.Next(await AskAsync(timeout)));
        Assert.Equal(PodCheckpointReasons.CrikNotAsked, fail.Reason);
        Assert.Contains("the server is busy. Create another object", fail.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_ends_the_patience_and_decides()
    {
        await Assert.ThrowsAsync<KubernetesException>(() => AskAsync("1m"));
        _clock.Move(TimeSpan.FromHours(1));
        _isBusy = false;
        Assert.Equal(CheckpointEngines.Crik, Assert.IsType<CheckpointStep.Accept>(Some.Next(await AskAsync("1m"))).Engine);
        _isBusy = true;
        await Assert.ThrowsAsync<KubernetesException>(() => AskAsync("1m"));
    }

    [Fact]
    public async Task Nobody_is_asked_if_the_kubelet_is_wanted() => Assert.Null((await AskAsync("1m", CheckpointEngines.Kubelet)).CrikProblem);

    Task<bool> ICrik.AnswersAsync(ContainerName container, CancellationToken cancellationToken) =>
        _isBusy ? throw new KubernetesException(KubernetesFailure.Refused, "the server is busy.") : Task.FromResult(true);

    Task<CrikAnswer> ICrik.CheckpointAsync(ContainerName container, bool runsOn, TimeSpan timeout, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<CrikGeneration?> ICrik.NewestAsync(ContainerName container, DateTimeOffset since, CancellationToken cancellationToken) => throw new NotSupportedException();

    private async Task<CheckpointFacts> AskAsync(string timeout, string? engine = null)
    {
        PodCheckpointDocument item = Some.Object(new PodCheckpointSpec { Pod = "web", Timeout = timeout, Engine = engine });
        CheckpointRequest request = CheckpointRequest.Read(item.Spec, Some.Settings, out _)!;
        return await _questions.AnswerAsync(Some.Facts(item), Some.Pod, request, CancellationToken.None);
    }
}
