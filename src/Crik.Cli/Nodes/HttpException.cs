namespace Crik.Nodes;

/// <summary>There is no answer, or none that crik can use. The message tells why.</summary>
internal sealed class HttpException(string message) : Exception(message)
{
    /// <summary>crik itself stopped waiting for the answer, so the server is not to blame.</summary>
    public bool WasStopped { get; init; }

    /// <summary>How long the server wants not to be asked again (RFC 9110, section 10.2.3); zero when it did not tell.</summary>
    public TimeSpan RetryAfter { get; init; }
}
