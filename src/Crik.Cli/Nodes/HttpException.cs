namespace Crik.Nodes;

/// <summary>There is no answer, or none that crik can use. The message tells why.</summary>
internal sealed class HttpException(string message) : Exception(message)
{
    /// <summary>crik itself stopped waiting for the answer, so the server is not to blame.</summary>
    public bool WasStopped { get; init; }
}
