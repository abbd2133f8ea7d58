using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Watching;

/// <summary>
/// An answer that is read bit by bit. It fails when nothing arrives for too long, because a dead connection looks like
/// a cluster in which nothing happens.
/// </summary>
internal sealed class StreamedResponse : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly string _what;
    private readonly TimeSpan _patience;
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenSource _either;

    private StreamedResponse(HttpResponseMessage response, ResponseBuffer buffer, Waiting waiting, CancellationToken cancellationToken)
    {
        _response = response;
        Buffer = buffer;
        (_what, _patience) = (waiting.What, waiting.Patience);
        _cancellationToken = cancellationToken;
        _idle = new CancellationTokenSource(waiting.Patience, waiting.Clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, cancellationToken);
    }

    public ResponseBuffer Buffer { get; }

    public static async Task<StreamedResponse> OpenAsync(KubernetesApi api, string path, Waiting waiting, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await api.SendAsync(HttpMethod.Get, path, null, cancellationToken);
        return new StreamedResponse(response, new ResponseBuffer(await response.Content.ReadAsStreamAsync(cancellationToken)), waiting, cancellationToken);
    }

    /// <exception cref="KubernetesException">Nothing arrived for too long, or the reading failed.</exception>
    public async Task<TNext> NextAsync<TNext>(Func<CancellationToken, ValueTask<TNext>> read)
    {
        _idle.CancelAfter(_patience);
        try
        {
            return await read(_either.Token);
        }
        catch (OperationCanceledException canceled) when (!_cancellationToken.IsCancellationRequested)
        {
            string problem = $"{_what} brought nothing for too long ({_patience.TotalSeconds} s)";
            throw new KubernetesException(KubernetesFailure.NoAnswer, problem, canceled) { IsSilence = true };
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _idle.Dispose();
        Buffer.Dispose();
        _response.Dispose();
    }

    /// <param name="What">The name of the answer in the message, such as `the watch`.</param>
    public sealed record Waiting(string What, TimeSpan Patience, TimeProvider Clock);
}
