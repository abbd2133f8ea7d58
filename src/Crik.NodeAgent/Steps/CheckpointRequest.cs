using Crik.Contracts.PodCheckpoints;
using Crik.Hosting;
using Crik.Registry;

namespace Crik.NodeAgent.Steps;

/// <summary>What a PodCheckpoint asks for, after the defaults of the agent were filled in.</summary>
/// <param name="Containers">Empty means that the object names none.</param>
/// <param name="Repository">Null if neither the object nor the agent names one.</param>
internal sealed record CheckpointRequest(string Pod, IReadOnlyList<string> Containers, string Engine, TimeSpan Timeout, string? Repository)
{
    /// <summary>The kubelet accepts no longer ones without a change of its own limits.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    /// <summary>Null if the object does not say whether the program runs on.</summary>
    public bool? LeaveRunning { get; init; }

    public bool DeletePod { get; init; }

    public string? EncryptionSecret { get; init; }

    /// <summary>Whether crik lets the program run on. A pod that is deleted next loses nothing if its program has ended.</summary>
    public bool RunsOn => LeaveRunning ?? !DeletePod;

    /// <returns>The request, or null if the spec cannot be followed.</returns>
    /// <param name="problem">Why not, as a sentence.</param>
    public static CheckpointRequest? Read(PodCheckpointSpec? spec, AgentSettings settings, out string problem)
    {
        problem = "";
        TimeSpan timeout = settings.Timeout;
        if (spec?.Pod is not { Length: > 0 } pod)
        {
            problem = "The spec names no pod. Set spec.pod.";
        }
        else if (spec.Timeout is { } text && (!Duration.TryParse(text, out timeout) || timeout < TimeSpan.FromSeconds(1) || timeout > s_longest))
        {
            problem = $"The timeout '{text}' must be a duration such as 60s, between 1s and 1h.";
        }
        else if (spec.Engine is not (null or CheckpointEngines.Auto or CheckpointEngines.Crik or CheckpointEngines.Kubelet))
        {
            problem = $"The engine '{spec.Engine}' must be auto, crik or kubelet.";
        }
        else if (spec.Repository is { Length: > 0 } repository && !IsRepository(repository))
        {
            problem = $"The repository '{repository}' must be a name without tag and digest, such as registry.example/team/checkpoints.";
        }
        else if (spec is { Engine: CheckpointEngines.Kubelet, LeaveRunning: false, DeletePod: not true })
        {
            problem = "The kubelet cannot end the program, so leaveRunning: false needs deletePod: true or engine: crik.";
        }
        else if (spec is { Engine: CheckpointEngines.Crik, EncryptionSecret.Length: > 0 })
        {
            problem = "crik makes no image, so nothing would be encrypted. Remove encryptionSecret or set engine: kubelet.";
        }
        else
        {
            string[] containers = [.. (spec.Containers ?? []).Distinct(StringComparer.Ordinal)];
            string? into = spec.Repository is { Length: > 0 } own ? own : settings.Repository;
            return new CheckpointRequest(pod, containers, spec.Engine ?? CheckpointEngines.Auto, timeout, into)
            {
                LeaveRunning = spec.LeaveRunning,
                DeletePod = spec.DeletePod ?? false,
                EncryptionSecret = spec.EncryptionSecret is { Length: > 0 } secret ? secret : null,
            };
        }

        return null;
    }

    /// <summary>Whether images can be put below this name.</summary>
    public static bool IsRepository(string text) =>
        ImageReference.TryParse(text, out ImageReference? image) && image is { Digest: null } && !text[(text.LastIndexOf('/') + 1)..].Contains(':', StringComparison.Ordinal);
}
