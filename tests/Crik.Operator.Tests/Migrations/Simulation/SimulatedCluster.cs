using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Tests.Simulation;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Admitting;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Placing;
using Crik.Operator.Migrations.Work;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Tests.Migrations.Simulation;

/// <summary>The API server of a simulation with its PodMigrations and pods, the webhook, and the criks in the pods.</summary>
internal sealed class SimulatedCluster(Schedule schedule, SimulatedClock clock) : IMigrationObjects, IMigrationPods, ICriks, IPlaces, IMigrationNotices
{
    public const string Space = "team";

    private int _version;

    public Dictionary<string, PodMigrationDocument> Objects { get; } = [];

    public Dictionary<string, SimulatedPod> Pods { get; } = [];

    /// <summary>How often the operator has deleted each pod that ran.</summary>
    public Dictionary<string, int> Deletions { get; } = [];

    /// <summary>From which template each pod was made.</summary>
    public Dictionary<string, string?> Revisions { get; } = [];

    public void Order(string name, PodMigrationSpec spec) => Objects[name] = new PodMigrationDocument
    {
        Metadata = new ObjectMetadata { Name = name, Namespace = Space, Uid = $"uid-{name}", ResourceVersion = Version(), Generation = 1 },
        Spec = spec,
    };

    /// <summary>A user deletes a PodMigration. It stays as long as it has finalizers.</summary>
    public void Cancel(string name)
    {
        if (Objects.TryGetValue(name, out PodMigrationDocument? item))
        {
            Objects[name] = item with { Metadata = item.Metadata! with { DeletionTimestamp = clock.GetUtcNow(), ResourceVersion = Version() } };
            Reap(name);
        }
    }

    /// <summary>Creates a pod as the API server does: with the webhook, which may be away.</summary>
    public void Admit(SimulatedProgram program, JsonObject pod, bool isWebhookThere)
    {
        string name = pod.At("metadata", "name").Text()!;
        Assert.DoesNotContain(name, Pods.Keys);
        JsonObject json = pod.DeepClone().AsObject();
        if (isWebhookThere && Owner.Of(pod) is { } owner) // it holds the pod back if it sees fewer than it should
        {
            IReadOnlyList<(string, PodMove)> expected = Replacement.Expected(MovingPod.Of(pod), Objects.Values);
            MovingPod[] siblings = [.. Pods.Values.Select(static one => one.View).Where(one => one.Owner?.Id == owner.Id)];
            AdmissionRequest request = new("id", Space, pod);
            AdmissionResponse answer = AdmissionResponse.Unchanged("id", AdmissionOutcome.AlreadyInjected);
            json = expected.Count == 0 ? json : JsonPatch.Apply(pod, ReplacementChanges.Add(request, answer, Replacement.Of(expected, siblings, schedule.Happens(30) ? 3 : 1)).Changes);
        }

        json["metadata"]!["uid"] = $"uid-{name}-{Version()}";
        json["metadata"]!["namespace"] = Space;
        json["metadata"]!["resourceVersion"] = Version();
        json["metadata"]!["creationTimestamp"] = Text(clock.GetUtcNow());
        json["status"] = new JsonObject { ["phase"] = "Pending" };
        Pods[name] = new SimulatedPod(program, json);
        Revisions[Pods[name].View.Uid] = Pods[name].View.Revision;
    }

    public void Touch(SimulatedPod pod) => pod.Json["metadata"]!["resourceVersion"] = Version();

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    async Task<PodMigrationDocument?> IMigrationObjects.FindAsync(ObjectName name, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return Objects.GetValueOrDefault(name.Name);
    }

    async Task<IReadOnlyList<PodMigrationDocument>> IMigrationObjects.ListAsync(string? space, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return [.. Objects.Values];
    }

    public Task<PodMigrationDocument> WriteStatusAsync(PodMigrationDocument item, PodMigrationStatus status, CancellationToken cancellationToken) =>
        ChangeAsync(item, old => old with { Status = status });

    public Task ProtectAsync(PodMigrationDocument item, CancellationToken cancellationToken)
    {
        Assert.Null(item.Metadata!.DeletionTimestamp); // the API server refuses new finalizers then
        return ChangeAsync(item, static old => old with { Metadata = old.Metadata! with { Finalizers = [PodMigrationNames.Finalizer] } });
    }

    public Task ReleaseAsync(PodMigrationDocument item, CancellationToken cancellationToken) =>
        ChangeAsync(item, static old => old with { Metadata = old.Metadata! with { Finalizers = null } });

    async Task<JsonObject?> IMigrationPods.FindAsync(ObjectName name, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return Pods.GetValueOrDefault(name.Name)?.Json.DeepClone().AsObject();
    }

    async Task<IReadOnlyList<JsonObject>> IMigrationPods.ListAsync(string space, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return [.. Pods.Values.Select(static pod => pod.Json.DeepClone().AsObject())];
    }

    public async Task<IReadOnlyList<JsonObject>> SelectAsync(string space, PodMigrationSpec spec, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return [.. Pods.Values.Where(pod => pod.View is var view && (view.Name == spec.Pod || (view.Owner is { } owner && owner.Name == spec.Target?.Name)))
            .Select(static pod => pod.Json.DeepClone().AsObject())];
    }

    public async Task DeleteAsync(string space, MovingPod seen, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        if (Pods.GetValueOrDefault(seen.Name) is { } pod && pod.View is var view && view.Uid == seen.Uid && view.Version == seen.Version && !view.IsEnding)
        {
            string uid = seen.Uid;
            if (view.Node is null)
            {
                Pods.Remove(seen.Name); // it never ran
            }
            else if (Objects.Values.SelectMany(static item => item.Status?.Pods ?? []).Any(move => move.Unseen?.Contains(uid) is true))
            {
                Assert.True(pod.Program.IsByImage && view.RestoredFrom is null, "only a pod that started afresh is deleted in vain");
                End(pod);
            }
            else
            {
                PodMove move = Assert.Single(Objects.Values.SelectMany(static item => item.Status?.Pods ?? []), move => move.Uid == uid && move.AnnouncedTime is not null && move.CompletionTime is null);
                Assert.True(move.ArmedTime is not null && (pod.IsArmed || pod.Program.WasDisturbed), "a pod is deleted only after it was armed");
                Deletions[uid] = Deletions.GetValueOrDefault(uid) + 1;
                End(pod);
            }
        }

        await schedule.ApiPointAsync();
    }

    public void End(SimulatedPod pod)
    {
        pod.Json["metadata"]!["deletionTimestamp"] = Text(clock.GetUtcNow() + TimeSpan.FromSeconds(30));
        pod.Json["metadata"]!["deletionGracePeriodSeconds"] = 30;
        Touch(pod);
    }

    public async Task CreateAsync(string space, JsonObject pod, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        string name = pod.At("metadata", "name").Text()!;
        if (!Pods.ContainsKey(name))
        {
            Admit(Programs.Single(program => program.Name == name), pod, isWebhookThere: true);
        }

        await schedule.ApiPointAsync();
    }

    public IReadOnlyList<SimulatedProgram> Programs { get; init; } = [];

    async Task IMigrationPods.ChangeAsync(JsonObject pod, JsonObject fields, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        if (Pods.GetValueOrDefault(pod.At("metadata", "name").Text()!) is { } known && known.Json.At("metadata", "resourceVersion").Text() == pod.At("metadata", "resourceVersion").Text())
        {
            MergePatch.Apply(known.Json, fields);
            Touch(known);
        }

        await schedule.ApiPointAsync();
    }

    async Task<IReadOnlyList<CrikState>?> ICriks.ReadAsync(ObjectName pod, IReadOnlyList<string> containers, CancellationToken cancellationToken)
    {
        await schedule.PointAsync();
        return !schedule.Happens(3) && Pods.GetValueOrDefault(pod.Name) is { RestoredFrom: { } from } known && !known.View.IsEnding
            ? [new CrikState("app", "/checkpoints", from, from, known.IsArmed)] : null;
    }

    /// <summary>The answer can be lost before the order and after it.</summary>
    public async Task<OrderAnswer> OrderAsync(ObjectName pod, string container, bool isWanted, CancellationToken cancellationToken)
    {
        await schedule.PointAsync();
        if (Pods.GetValueOrDefault(pod.Name) is not { Runs: true } known || schedule.Happens(5))
        {
            return new OrderAnswer.Unknown();
        }

        Assert.True(!isWanted || Objects.Values.SelectMany(static item => item.Status?.Pods ?? []).Any(move => move.Uid == known.View.Uid && move is { OrderedTime: not null, CompletionTime: null }),
            "the order to arm is written before it is given");
        known.IsArmed = isWanted;
        await schedule.PointAsync();
        return schedule.Happens(5) ? new OrderAnswer.Unknown() : new OrderAnswer.Done();
    }

    async Task<Place> IPlaces.ChooseAsync(JsonObject pod, IReadOnlyList<CrikState> criks, MigrationDestination to, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return new Place.Found(MovingPod.Of(pod).Node is "node-1" ? "node-2" : "node-1");
    }

    async Task<bool> IPlaces.MayJobLoseAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return true;
    }

    async Task<bool> IPlaces.IsSeenByWebhookAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        await schedule.ApiPointAsync();
        return true;
    }

    public void Stuck(PodMigrationDocument item, KubernetesException problem, TimeSpan pause) => schedule.Check();

    public Task TellAsync(PodMigrationDocument item, PodMove? pod, string reason, string message, CancellationToken cancellationToken) => schedule.PointAsync();

    private async Task<PodMigrationDocument> ChangeAsync(PodMigrationDocument item, Func<PodMigrationDocument, PodMigrationDocument> change)
    {
        await schedule.ApiPointAsync();
        string name = item.Metadata!.Name!;
        if (Objects.GetValueOrDefault(name) is not { } old || old.Metadata!.ResourceVersion != item.Metadata.ResourceVersion)
        {
            throw new KubernetesException(KubernetesFailure.Refused, "the object has been modified") { Status = HttpStatusCode.Conflict };
        }

        PodMigrationDocument next = change(old);
        Objects[name] = next = next with { Metadata = next.Metadata! with { ResourceVersion = Version() } };
        Reap(name);
        await schedule.ApiPointAsync();
        return next;
    }

    private void Reap(string name)
    {
        if (Objects[name].Metadata is { DeletionTimestamp: not null, Finalizers: null or { Count: 0 } })
        {
            Objects.Remove(name);
        }
    }

    private string Version() => (++_version).ToString(CultureInfo.InvariantCulture);
}
