using Crik.Kubernetes.Api;

namespace Crik.Operator.Policies.Cluster;

/// <summary>Reads answers that are no objects of the API server, up to a length: who answers is not trusted with the memory of the operator.</summary>
internal static class BoundedAnswer
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <exception cref="KubernetesException">There was no answer, a refusal, or a longer answer.</exception>
    public static async Task<byte[]> ReadAsync(KubernetesApi peer, HttpMethod method, string path, HttpContent? body, int most, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_patience);
        try
        {
            using HttpResponseMessage response = await peer.SendAsync(method, path, body, limit.Token, Timeout.InfiniteTimeSpan);
            await using Stream stream = await response.Content.ReadAsStreamAsync(limit.Token);
            using MemoryStream answer = new();
            byte[] part = new byte[16 << 10];
            for (int length; (length = await stream.ReadAsync(part, limit.Token)) > 0;)
            {
                if (answer.Length + length > most)
                {
                    throw new KubernetesException(KubernetesFailure.NotUnderstood, $"the answer of {peer.Peer} is longer than {most} bytes");
                }

                answer.Write(part, 0, length);
            }

            return answer.ToArray();
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException || (problem is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new KubernetesException(KubernetesFailure.NoAnswer, $"{peer.Peer} did not answer: {problem.Message}");
        }
    }
}
