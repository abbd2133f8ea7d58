using System.Globalization;

namespace Crik.Registry.Pushing;

/// <summary>
/// Sends requests for one repository, with the first credential that is not refused. A request in which nothing moves is
/// broken off.
/// </summary>
internal sealed class RepositoryRequests(RegistryOptions options, string registry, IReadOnlyList<RegistrySession> sessions)
{
    /// <summary>The session whose credential was accepted last.</summary>
    private int _session;

    /// <inheritdoc cref="RegistrySession.AddressOf"/>
    public Uri AddressOf(string path) => sessions[_session].AddressOf(path);

    /// <summary>Sends a request again until there is an answer that stays the same.</summary>
    /// <exception cref="RegistryException">The registry failed too often.</exception>
    public async Task<RepositoryAnswer> SendAsync(RepositoryRequest request, CancellationToken cancellationToken)
    {
        Perseverance perseverance = new(options);
        while (true)
        {
            RepositoryAnswer answer = await TryAsync(request, cancellationToken);
            if (!answer.MayPass)
            {
                return answer;
            }

            await perseverance.AfterAsync(answer, cancellationToken);
        }
    }

    /// <summary>Sends a request once, or once with each credential as long as they are refused.</summary>
    /// <exception cref="RegistryException">The registry may not be asked, or its certificate is not trusted.</exception>
    public async Task<RepositoryAnswer> TryAsync(RepositoryRequest request, CancellationToken cancellationToken)
    {
        int first = _session;
        RepositoryAnswer answer = await AskAsync(sessions[first], request, cancellationToken);
        for (int i = 1; i < sessions.Count && answer.Failure is { Failure: RegistryFailure.NotAuthorized }; i++)
        {
            _session = (first + i) % sessions.Count;
            answer = await AskAsync(sessions[_session], request, cancellationToken);
        }

        return answer;
    }

    private async Task<RepositoryAnswer> AskAsync(RegistrySession session, RepositoryRequest request, CancellationToken cancellationToken)
    {
        TimeSpan silence = options.Patience.Silence + request.MoreSilence;
        using CancellationTokenSource silent = new(silence, options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silent.Token);
        void Moved() => silent.CancelAfter(silence);
        try
        {
            SessionRequest sent = new(request.Method, request.Target)
            {
                Accepted = request.Accepted,
                Body = request.Body is { } body ? () => body(Moved) : null,
                AsksBeforeBody = request.AsksBeforeBody,
            };
            using HttpResponseMessage response = await session.SendAsync(sent, either.Token);
            Moved();
            return response.IsSuccessStatusCode ? await ReadAsync(request, response, Moved, either.Token) : await ReadRefusalAsync(response, either.Token);
        }
        catch (RegistryException exception) when (exception.Failure is RegistryFailure.NotAuthorized or RegistryFailure.Busy)
        {
            return new RepositoryAnswer { Failure = exception };
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            string why = silent.IsCancellationRequested ? $"does not answer, and nothing moves for {silence.TotalSeconds:0.#} s" : "takes no connection";
            return Lost(new RegistryException(RegistryFailure.NoAnswer, $"{registry} {why}", exception));
        }
        catch (Exception exception) when (ConnectionTrouble.Is(exception))
        {
            return Lost(ConnectionTrouble.Translate(registry, exception));
        }
    }

    private static RepositoryAnswer Lost(RegistryException why) => why.Failure is RegistryFailure.NoAnswer ? new RepositoryAnswer { Failure = why } : throw why;

    private async Task<RepositoryAnswer> ReadAsync(
        RepositoryRequest request, HttpResponseMessage response, Action moved, CancellationToken cancellationToken)
    {
        byte[] content = request.Limit is { } limit ? await RegistryAnswer.ReadAsync(response, limit, "the registry", cancellationToken, moved) : [];
        return Head(response) with { Content = content };
    }

    private async Task<RepositoryAnswer> ReadRefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] explanation = [];
        try
        {
            explanation = await RegistryAnswer.ReadBeginningAsync(response, Refusal.LongestExplanation, cancellationToken);
        }
        catch (Exception exception) when (ConnectionTrouble.Is(exception))
        {
            // A server that refuses a body may close the connection at once. The status says the most important thing.
        }

        return Head(response) with { Failure = Refusal.Of(response.StatusCode, response.RequestMessage!.RequestUri!.Authority, explanation) };
    }

    private RepositoryAnswer Head(HttpResponseMessage response) => new()
    {
        Status = response.StatusCode,
        Location = response.Headers.Location is { } location && Uri.TryCreate(response.RequestMessage!.RequestUri!, location, out Uri? next) ? next : null,
        Range = Value(response, "Range"),
        SmallestChunk = long.TryParse(Value(response, "OCI-Chunk-Min-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out long least) ? least : 0,
        Digest = RegistryAnswer.DigestOf(response),
        MediaType = response.Content.Headers.ContentType?.MediaType ?? "",
        RetryAfter = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - options.Time.GetUtcNow() : null,
    };

    private static string? Value(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out IEnumerable<string>? values) ? values.First() : null;
}
