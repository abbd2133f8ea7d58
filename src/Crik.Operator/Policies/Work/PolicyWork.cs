using System.Text.Json.Nodes;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Policies.Deciding;
using Crik.Pods.Reading;

namespace Crik.Operator.Policies.Work;

/// <summary>
/// Does what <see cref="PolicyDecision"/> says, one step after the other. It keeps nothing that it needs after a crash: each step
/// begins with the object and the load as they are now.
/// </summary>
internal sealed class PolicyWork(PolicyWorld world, PolicyMetrics metrics, TimeProvider clock)
{
    /// <summary>The steps of one look. A policy that needs more waits for the next look.</summary>
    private const int MostSteps = 20;

    private readonly PolicyFactsReader _reader = new(world, clock);

    /// <summary>Goes on with a policy until it has to wait.</summary>
    /// <returns>How long to wait, or null if nothing is left to do until it is changed.</returns>
    /// <exception cref="KubernetesException">The API server refused or did not answer. Do it again.</exception>
    public async Task<TimeSpan?> DoAsync(ObjectName name, CancellationToken cancellationToken)
    {
        for (int i = 0; i < MostSteps; i++)
        {
            if (await world.Objects.FindAsync(name, cancellationToken) is not { } item)
            {
                metrics.Saw(name.Name, null);
                return null;
            }

            metrics.Saw(name.Name, PolicyNews.Overloaded(item.Status).Count());
            switch (await NextAsync(item, cancellationToken))
            {
                case PolicyStep.Nothing:
                    return null;
                case PolicyStep.Wait wait:
                    return wait.Pause;
                case PolicyStep.Write write:
                    await WriteAsync(item, write, cancellationToken);
                    break;
                case PolicyStep.Create create:
                    await CreateAsync(item, create.Move, cancellationToken);
                    break;
                case PolicyStep.Forget forget:
                    await world.Objects.DeleteAsync(forget.Item, cancellationToken);
                    break;
            }
        }

        return PolicyDecision.Pace;
    }

    private async Task<PolicyStep> NextAsync(MigrationPolicyDocument item, CancellationToken cancellationToken)
    {
        PolicyFacts facts = await _reader.ReadAsync(item, cancellationToken);
        if (PolicyDecision.First(facts) is { } first)
        {
            return first;
        }

        PolicyRequest request = PolicyRequest.Read(item, out _)!;
        return PolicyDecision.Next(await _reader.MeasureAsync(facts, request, cancellationToken), request);
    }

    /// <summary>The pod of a StatefulSet may be another one of the same name by now, which nobody has measured.</summary>
    private async Task CreateAsync(MigrationPolicyDocument item, PolicyMove move, CancellationToken cancellationToken)
    {
        JsonObject? pod = await world.Moving.Pods.FindAsync(new ObjectName(move.Namespace, move.Pod!), cancellationToken);
        if (move.PodUid is { } uid && pod.At("metadata", "uid").Text() == uid)
        {
            await world.Objects.CreateAsync(MigrationOf(item, move), cancellationToken);
        }
        else
        {
            await WriteAsync(item, new PolicyStep.Write(PolicyBooks.Dropped(item, move, "The pod is gone.", clock.GetUtcNow())), cancellationToken);
        }
    }

    private async Task WriteAsync(MigrationPolicyDocument item, PolicyStep.Write write, CancellationToken cancellationToken)
    {
        MigrationPolicyStatus status = write.Status;
        await world.Objects.WriteStatusAsync(item, status, cancellationToken);
        foreach (PolicyMove move in PolicyNews.Closed(item.Status, status))
        {
            metrics.Count(move.Reason!);
        }

        foreach (PolicyNotice notice in PolicyNews.Of(item.Status, status, write.Measured))
        {
            await world.Notices.TellAsync(item, notice, cancellationToken);
        }
    }

    /// <summary>Kubernetes deletes it with its policy, and then the move is undone.</summary>
    private static PodMigrationDocument MigrationOf(MigrationPolicyDocument policy, PolicyMove move) => PodMigrationDocument.New(
        new ObjectMetadata
        {
            Name = move.Name,
            Namespace = move.Namespace,
            Labels = new Dictionary<string, string> { [MigrationPolicyNames.PolicyLabel] = policy.Metadata!.Name! },
            OwnerReferences =
            [
                new OwnerReference
                {
                    ApiVersion = MigrationPolicyDocument.ApiVersionName,
                    Kind = MigrationPolicyDocument.KindName,
                    Name = policy.Metadata.Name,
                    Uid = policy.Metadata.Uid,
                    Controller = true,
                },
            ],
        },
        new PodMigrationSpec { Pod = move.Pod, PodUid = move.PodUid, To = new MigrationDestination { Node = move.Destination } });
}
