using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.NodeAgent.Archives;

namespace Crik.NodeAgent.Engines;

/// <summary>Asks the kubelet of this node for checkpoints (`POST /checkpoint/NAMESPACE/POD/CONTAINER`), which needs the right to create `nodes/checkpoint`.</summary>
/// <param name="kubelet">The connection to the kubelet. Its certificate is verified like that of an API server.</param>
/// <param name="directory">The directory in which the kubelet leaves archives.</param>
internal sealed class KubeletClient(KubernetesApi kubelet, string directory) : IKubelet
{
    /// <summary>How much longer than the container runtime the kubelet may take.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(5);

    /// <summary>The answer names one file. More of it is not read.</summary>
    private const int LongestAnswer = 16 << 10;

    public async Task<KubeletAnswer> CheckpointAsync(ContainerName container, TimeSpan timeout, CancellationToken cancellationToken)
    {
        string seconds = Math.Ceiling(timeout.TotalSeconds).ToString("0", CultureInfo.InvariantCulture);
        string[] segments = [container.Namespace, container.Pod, container.Container];
        string path = $"/checkpoint/{string.Join('/', segments.Select(Uri.EscapeDataString))}?timeout={seconds}";
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout + s_margin);
        try
        {
            using HttpResponseMessage response = await kubelet.SendAsync(HttpMethod.Post, path, null, limit.Token, Timeout.InfiniteTimeSpan);
            await using Stream body = await response.Content.ReadAsStreamAsync(limit.Token);
            byte[] answer = new byte[LongestAnswer];
            int length = await body.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, limit.Token);
            return Read(answer.AsSpan(0, length), container);
        }
        catch (KubernetesException problem)
        {
            return Answer(problem, container);
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new KubeletAnswer.Lost($"The kubelet did not answer about the container {container}: {problem.Message}");
        }
    }

    /// <summary>The answer is not trusted: only an archive of this container in the directory for checkpoints is accepted.</summary>
    internal KubeletAnswer Read(ReadOnlySpan<byte> json, ContainerName container)
    {
        CheckpointAnswerDocument? answer = null;
        try
        {
            answer = JsonSerializer.Deserialize(json, KubeletJson.Default.CheckpointAnswerDocument);
        }
        catch (JsonException)
        {
            // It is refused below.
        }

        return answer?.Items is [{ } path] && ArchiveName.Of(path, directory) is { } name && ArchiveName.TimeOf(name, container) is not null
            ? new KubeletAnswer.Made(name)
            : new KubeletAnswer.Refused(PodCheckpointReasons.KubeletCannotCheckpoint,
                $"The kubelet's answer about the container {container} does not name one archive of it in {directory}. Set --checkpoint-directory to where the kubelet leaves them.");
    }

    /// <summary>The kubelet no longer waits for the container runtime, which may still write the archive.</summary>
    private static bool IsTimeout(KubernetesException problem) =>
        problem.Message.Contains("DeadlineExceeded", StringComparison.Ordinal)
        || problem.Message.Contains("context deadline exceeded", StringComparison.Ordinal);

    internal static KubeletAnswer Answer(KubernetesException problem, ContainerName container) => problem switch
    {
        {
            Failure: KubernetesFailure.NoAnswer, InnerException: HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError
            }
        } => new KubeletAnswer.NotAsked(problem.Message),
        { Failure: KubernetesFailure.NoAnswer } => new KubeletAnswer.Lost(problem.Message),
        { Status: HttpStatusCode.InternalServerError } when IsTimeout(problem) => new KubeletAnswer.Lost(problem.Message),
        { Status: HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable } => new KubeletAnswer.NotAsked(problem.Message),
        { Status: HttpStatusCode.Forbidden } => new KubeletAnswer.Refused(PodCheckpointReasons.KubeletCannotCheckpoint,
            $"The kubelet does not let the agent create nodes/checkpoint: {problem.Message}. The chart grants it; look at the agent's ClusterRole."),
        { Status: HttpStatusCode.NotFound } when problem.Message.Contains("pod does not exist", StringComparison.Ordinal) => new KubeletAnswer.Refused(
            PodCheckpointReasons.PodNotFound, $"The kubelet has no pod {container.Namespace}/{container.Pod} any more."),
        { Status: HttpStatusCode.NotFound } when problem.Message.Contains("does not exist", StringComparison.Ordinal) => new KubeletAnswer.Refused(
            PodCheckpointReasons.ContainerNotFound, $"The kubelet has no container {container}."),
        { Status: HttpStatusCode.NotFound } => new KubeletAnswer.Refused(PodCheckpointReasons.KubeletCannotCheckpoint,
            "The kubelet has no checkpoint API. It needs Kubernetes 1.30 or newer, or the feature gate ContainerCheckpoint, and debugging handlers that are not switched off."),
        _ => new KubeletAnswer.Refused(PodCheckpointReasons.KubeletCannotCheckpoint, $"The container {container} cannot be saved: {problem.Message}"),
    };
}

/// <summary>The answer of the kubelet: the paths of the archives that it made.</summary>
internal sealed class CheckpointAnswerDocument
{
    [JsonPropertyName("items")]
    public string[]? Items { get; set; }
}

[JsonSerializable(typeof(CheckpointAnswerDocument))]
internal sealed partial class KubeletJson : JsonSerializerContext;
