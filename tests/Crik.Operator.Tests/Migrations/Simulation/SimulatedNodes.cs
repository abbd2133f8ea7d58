using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.NodeAgent.Tests.Simulation;
using Crik.Operator.Migrations.Deciding;
using Crik.Pods.Reading;

namespace Crik.Operator.Tests.Migrations.Simulation;

/// <summary>The controllers, the scheduler and the kubelets of a simulation. Each call does a little of what they do.</summary>
internal sealed class SimulatedNodes(Schedule schedule, SimulatedClock clock, SimulatedCluster cluster)
{
    private static readonly string[] s_nodes = ["node-1", "node-2"];

    private int _names;

    public void Create(SimulatedProgram program) => cluster.Admit(program, Manifest(program), isWebhookThere: false);

    public void Go()
    {
        foreach (SimulatedProgram program in cluster.Programs.Where(program => !program.IsBare && schedule.Next(3) == 0))
        {
            bool isMissing = program.Kind is "StatefulSet"
                ? !cluster.Pods.ContainsKey($"{program.Name}-0") : cluster.Pods.Values.All(pod => pod.Program != program || pod.View.IsEnding);
            if (isMissing)
            {
                bool isWebhookThere = !schedule.Happens(5);
                program.WasDisturbed |= program.IsByImage && !isWebhookThere; // it starts afresh
                cluster.Admit(program, Manifest(program), isWebhookThere);
            }
        }

        foreach (SimulatedPod pod in cluster.Pods.Values.Where(_ => schedule.Next(3) == 0).ToArray())
        {
            Go(pod);
        }
    }

    /// <summary>What happens beside the operator, and takes from the program what was not saved.</summary>
    public void Disturb()
    {
        SimulatedPod[] running = [.. cluster.Pods.Values.Where(static pod => pod.Runs)];
        if (running.Length == 0)
        {
            return;
        }

        SimulatedPod pod = schedule.Any(running);
        if (!pod.Program.IsBare && schedule.Next(3) == 0)
        {
            pod.Program.Revision++; // a user changes the template: the next pod is made from it
            pod.Program.WasDisturbed |= pod.Program.IsByImage; // no image of the old template is restored in it
            return;
        }

        pod.Program.WasDisturbed = true;
        if (pod.Program.IsBare || schedule.Next(2) == 0)
        {
            pod.IsArmed = false; // the container has started again
        }
        else
        {
            cluster.End(pod);
        }
    }

    private void Go(SimulatedPod pod)
    {
        MovingPod view = pod.View;
        if (view.IsEnding)
        {
            GoOnEnding(pod, view);
        }
        else if (view.Node is null && !view.IsGated && !schedule.Happens(80))
        {
            string? destination = pod.Json.At("metadata", "annotations", PodMigrationNames.DestinationAnnotation).Text();
            pod.Json["spec"]!["nodeName"] = destination ?? schedule.Any(s_nodes);
            cluster.Touch(pod);
        }
        else if (view.Node is not null && pod.RestoredFrom is null && cluster.Pods.Values.All(other => other.Program != pod.Program || other.RestoredFrom is null))
        {
            // It has the lock of the volume now. Without a volume it has what is in its image.
            pod.RestoredFrom = !pod.Program.IsByImage || pod.Program.Images.Count == 0 ? pod.Program.Generation : view.RestoredFrom is { } image ? pod.Program.Images[image] : 0;
            pod.Json["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["conditions"] = new JsonArray((JsonNode)new JsonObject
                {
                    ["type"] = "Ready",
                    ["status"] = "True",
                    ["lastTransitionTime"] = SimulatedCluster.Text(clock.GetUtcNow()),
                }),
            };
            cluster.Touch(pod);
        }
    }

    /// <summary>The checkpoint is made, the kubelet says so, and the pod is gone. Nobody may see the middle of it.</summary>
    private void GoOnEnding(SimulatedPod pod, MovingPod view)
    {
        if (pod.RestoredFrom is null || view.Endings.Count > 0)
        {
            cluster.Pods.Remove(view.Name);
            return;
        }

        if (pod.IsArmed)
        {
            pod.Program.Generation++;
        }

        string message = pod.IsArmed ? $$"""{"crik":"checkpointed","generation":{{pod.Program.Generation}},"reason":"ordered"}""" : """{"crik":"forwarded","reason":"the node is ready"}""";
        pod.Json["status"]!["containerStatuses"] = new JsonArray((JsonNode)new JsonObject
        {
            ["name"] = "app",
            ["state"] = new JsonObject { ["terminated"] = new JsonObject { ["message"] = message } },
        });
        cluster.Touch(pod);
        if (schedule.Happens(30))
        {
            cluster.Pods.Remove(view.Name);
        }
    }

    private JsonObject Manifest(SimulatedProgram program)
    {
        string name = program.Kind switch { "Pod" => program.Name, "StatefulSet" => $"{program.Name}-0", _ => $"{program.Name}-{++_names}" };
        JsonObject metadata = new() { ["name"] = name };
        if (!program.IsBare)
        {
            metadata["labels"] = new JsonObject { ["controller-revision-hash"] = $"{program.Revision}" };
            metadata["ownerReferences"] = new JsonArray((JsonNode)new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = program.Kind,
                ["name"] = program.Name,
                ["uid"] = $"owner-{program.Name}",
                ["controller"] = true,
            });
        }

        return new JsonObject
        {
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["containers"] = new JsonArray((JsonNode)new JsonObject { ["name"] = "app", ["command"] = program.IsByImage ? new JsonArray("app") : new JsonArray("crik", "run") }) },
        };
    }
}
