using System.Net;

namespace Crik.Registry.Pushing;

/// <summary>What a repository answered to one request, or why no answer came.</summary>
internal sealed record RepositoryAnswer
{
    /// <summary>Null if the answer is a good one.</summary>
    public RegistryException? Failure { get; init; }

    /// <summary>Null if no answer came.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The address that the registry names for the next request. It is absolute.</summary>
    public Uri? Location { get; init; }

    /// <summary>The header Range, which says what an upload has.</summary>
    public string? Range { get; init; }

    /// <summary>The header OCI-Chunk-Min-Length: chunks before the last may not be smaller. Zero without it.</summary>
    public long SmallestChunk { get; init; }

    public string? Digest { get; init; }

    public string MediaType { get; init; } = "";

    public TimeSpan? RetryAfter { get; init; }

    public byte[] Content { get; init; } = [];

    /// <summary>The same request may succeed later.</summary>
    public bool MayPass => Failure is { Failure: RegistryFailure.Busy or RegistryFailure.NoAnswer };

    public bool IsMissing => Status is HttpStatusCode.NotFound or HttpStatusCode.Gone;

    /// <summary>Whether what was asked for is there.</summary>
    /// <exception cref="RegistryException">The answer does not say it.</exception>
    public bool IsFound() => !IsMissing && OrThrow() is not null;

    /// <exception cref="RegistryException">The answer is a failure.</exception>
    public RepositoryAnswer OrThrow() => Failure is null ? this : throw Failure;
}
