using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Crik.StandIn.Resources;

namespace Crik.StandIn.Moving;

/// <summary>
/// Does what the controllers, the scheduler and the kubelets do with pods, and answers as the crik in each of them. A program is only
/// started when the pod before it has let go of the volume.
/// </summary>
public sealed class SimulatedNodes
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly ResourceStore _store;
    private readonly ResourceServer _server;
    private readonly SimulatedWorkloads _workloads;
    private readonly MovingTimes _times;
    private readonly ConcurrentDictionary<string, bool> _begun = [];
    private readonly ConcurrentDictionary<(string Space, string Claim), SimulatedVolume> _volumes = [];

    public SimulatedNodes(ResourceStore store, ResourceServer server, SimulatedWorkloads workloads, MovingTimes times)
    {
        (_store, _server, _workloads, _times) = (store, server, workloads, times);
        store.Changed += Seen;
        Exec = new StandInExec(AnswerAsync);
    }

    public StandInExec Exec { get; }

    /// <summary>What went wrong in the simulation itself. Null: nothing.</summary>
    public Exception? Fault { get; private set; }

    public IReadOnlyDictionary<(string Space, string Claim), SimulatedVolume> Volumes => _volumes;

    public SimulatedVolume VolumeOf(JsonObject pod) => _volumes.GetOrAdd(
        ((string)pod["metadata"]!["namespace"]!, (string)pod["spec"]!["volumes"]![0]!["persistentVolumeClaim"]!["claimName"]!), static _ => new SimulatedVolume());

    private void Seen(string type, string change, StoredObject pod)
    {
        if (type is not "pods")
        {
            return;
        }

        if (change is "DELETED")
        {
            Begin($"gone {pod.Uid}", () => GoneAsync(pod));
        }
        else if (pod.IsEnding)
        {
            Begin($"end {pod.Uid}", () => EndAsync(pod));
        }
        else if (pod.Json["spec"]!["nodeName"] is not null)
        {
            Begin($"run {pod.Uid}", () => RunAsync(pod));
        }
        else if (pod.Json["spec"]!["schedulingGates"] is not JsonArray { Count: > 0 })
        {
            Begin($"bind {pod.Uid}", () => BindAsync(pod));
        }
    }

    private void Begin(string once, Func<Task> work)
    {
        if (_begun.TryAdd(once, true))
        {
            _ = Task.Run(async () =>
            {
                try
                {
                    await work();
                }
                catch (Exception exception)
                {
                    Fault ??= exception;
                }
            });
        }
    }

    private Task BindAsync(StoredObject pod)
    {
        JsonNode? terms = pod.Json["spec"]!["affinity"]?["nodeAffinity"]?["requiredDuringSchedulingIgnoredDuringExecution"]?["nodeSelectorTerms"];
        IReadOnlyList<StoredObject> nodes = _store.All("nodes");
        string node = (string?)terms?[0]?["matchFields"]?[0]?["values"]?[0]
            ?? (string)nodes[Math.Abs(pod.Uid.GetHashCode(StringComparison.Ordinal) % nodes.Count)].Json["metadata"]!["name"]!;
        _store.Edit("pods", pod, item => item["spec"]!["nodeName"] = node);
        return Task.CompletedTask;
    }

    private async Task RunAsync(StoredObject pod)
    {
        SimulatedVolume volume = VolumeOf(pod.Json);
        await Task.Delay(_times.Restore);
        while (!TryHold(volume, pod.Uid))
        {
            await Task.Delay(s_look);
        }

        _store.Edit("pods", pod, static item => item["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["conditions"] = new JsonArray((JsonNode)new JsonObject
            {
                ["type"] = "Ready",
                ["status"] = "True",
                ["lastTransitionTime"] = ResourceStore.Time(DateTimeOffset.UtcNow),
            }),
            ["containerStatuses"] = new JsonArray((JsonNode)new JsonObject { ["name"] = "app", ["ready"] = true, ["state"] = new JsonObject { ["running"] = new JsonObject() } }),
        });
    }

    private static bool TryHold(SimulatedVolume volume, string uid)
    {
        lock (volume)
        {
            if (volume.Holder is not null)
            {
                return false;
            }

            (volume.Holder, volume.IsArmed) = (uid, false);
            volume.Starts++;
            return true;
        }
    }

    /// <summary>A ReplicaSet makes the next pod as soon as the deletion begins, and a StatefulSet when the pod is gone.</summary>
    private async Task EndAsync(StoredObject pod)
    {
        if (SimulatedWorkloads.KindOf(pod.Json) is "ReplicaSet")
        {
            await CreateNextAsync(pod);
        }

        await Task.Delay(_times.Checkpoint);
        SimulatedVolume volume = VolumeOf(pod.Json);
        string message = """{"crik":"forwarded","reason":"the node is ready"}""";
        lock (volume)
        {
            if (volume.IsArmed)
            {
                message = $$"""{"crik":"checkpointed","generation":{{++volume.Generation}},"reason":"ordered"}""";
            }

            volume.Deletions++;
        }

        _store.Edit("pods", pod, item => item["status"]!["containerStatuses"] = new JsonArray((JsonNode)new JsonObject
        {
            ["name"] = "app",
            ["state"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = 143, ["message"] = message } },
        }));
        await Task.Delay(s_look);
        lock (volume)
        {
            volume.Holder = volume.Holder == pod.Uid ? null : volume.Holder;
        }

        _store.Remove("pods", pod);
    }

    private Task GoneAsync(StoredObject pod) => SimulatedWorkloads.KindOf(pod.Json) is "StatefulSet" ? CreateNextAsync(pod) : Task.CompletedTask;

    private Task<ResourceAnswer> CreateNextAsync(StoredObject pod) => _server.CreatePodAsync(ResourcePath.KeyOf(pod.Json).Space, _workloads.Next(pod.Json));

    private Task AnswerAsync(StandInExecCall call)
    {
        if (_store.Find("pods", call.Namespace, call.Pod) is not { } pod || VolumeOf(pod.Json) is not { } volume || volume.Holder != pod.Uid)
        {
            return call.FailAsync("container not found (\"app\")");
        }

        _server.Counts.Add(call.Command[1] is "status" ? "exec crik status" : "exec crik checkpoint", 0);
        lock (volume)
        {
            if (call.Command[1] is not "status")
            {
                volume.IsArmed = !call.Command.Contains("--undo");
                return call.EndAsync(0);
            }

            string state = $$"""
                {"pid":2,"imageDir":"/checkpoints","lastCheckpoint":{{volume.Generation}},"restoredFrom":{{volume.Generation}},"checkpointAtTermination":{{(volume.IsArmed ? "true" : "false")}} }
                """;
            return SayAsync(call, state);
        }
    }

    private static async Task SayAsync(StandInExecCall call, string text)
    {
        await call.WriteOutputAsync(text);
        await call.EndAsync(0);
    }
}
