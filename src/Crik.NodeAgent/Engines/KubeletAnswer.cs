namespace Crik.NodeAgent.Engines;

/// <summary>What became of a request to the kubelet.</summary>
internal abstract record KubeletAnswer
{
    private KubeletAnswer()
    {
    }

    /// <param name="FileName">The archive in the directory of the kubelet.</param>
    public sealed record Made(string FileName) : KubeletAnswer;

    /// <summary>The kubelet has answered that there is no checkpoint, and there will be none.</summary>
    /// <param name="Reason">One of <see cref="Contracts.PodCheckpoints.PodCheckpointReasons"/>.</param>
    public sealed record Refused(string Reason, string Message) : KubeletAnswer;

    /// <summary>The request was sent, and no answer came in time. The kubelet or the container runtime may make the archive all the same.</summary>
    public sealed record Lost(string Message) : KubeletAnswer;

    /// <summary>The request did not reach the kubelet, or was too early. It can be sent again.</summary>
    public sealed record NotAsked(string Message) : KubeletAnswer;
}
