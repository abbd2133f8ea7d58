namespace Crik.Contracts.PodCheckpoints;

/// <summary>The names of the ways to save a container.</summary>
public static class CheckpointEngines
{
    /// <summary>crik where it runs in the pod, otherwise the kubelet.</summary>
    public const string Auto = "auto";

    /// <summary>The crik in the container saves its program into the checkpoint volume of the pod.</summary>
    public const string Crik = "crik";

    /// <summary>The kubelet and the container runtime save the container, and the agent makes an image of it.</summary>
    public const string Kubelet = "kubelet";
}
