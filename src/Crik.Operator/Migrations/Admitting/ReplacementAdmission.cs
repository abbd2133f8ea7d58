using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Work;

namespace Crik.Operator.Migrations.Admitting;

/// <summary>
/// Recognises the replacements of pods that move, when they are created. If it cannot tell in time, the pod is created as any other
/// one, and the operator finds it by its controller.
/// </summary>
internal sealed class ReplacementAdmission(IMigrationObjects objects, IMigrationPods pods, IClusterFacts facts, TimeProvider time)
{
    /// <summary>The part of <see cref="AdmissionOptions.Timeout"/> that this may take. Most of it is for what comes before.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(1);

    public async Task<AdmissionResponse> AddAsync(AdmissionRequest request, AdmissionResponse answer, CancellationToken cancellationToken)
    {
        if (answer.Refusal is not null || Owner.Of(request.Pod) is not { } owner || MovingPod.Of(request.Pod).Migration is not null)
        {
            return answer;
        }

        using CancellationTokenSource timeout = new(Patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await FindAsync(request, owner, either.Token) is { } replacement ? ReplacementChanges.Add(request, answer, replacement) : answer;
        }
        catch (KubernetesException)
        {
            return answer;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return answer;
        }
    }

    private async Task<Replacement?> FindAsync(AdmissionRequest request, Owner owner, CancellationToken cancellationToken)
    {
        IReadOnlyList<PodMigrationDocument> migrations = await objects.ListAsync(request.Namespace, cancellationToken);
        IReadOnlyList<(string, PodMove)> expected = Replacement.Expected(MovingPod.Of(request.Pod), migrations);
        if (expected.Count == 0)
        {
            return null;
        }

        IReadOnlyList<JsonObject> all = await pods.ListAsync(request.Namespace, cancellationToken);
        MovingPod[] siblings = [.. all.Select(MovingPod.Of).Where(pod => pod.Owner?.Id == owner.Id)];
        return Replacement.Of(expected, siblings, (await facts.ControllerAsync(request.Namespace, request.Pod, cancellationToken))?.Concurrency);
    }
}
