namespace Crik.Nodes;

internal interface IHttpConnection : IDisposable
{
    /// <exception cref="HttpException">The server does not take the bytes in time.</exception>
    void Send(ReadOnlySpan<byte> bytes);

    /// <returns>How many bytes came; 0 when the server has closed the connection.</returns>
    /// <exception cref="HttpException">Nothing came in time.</exception>
    int Receive(Span<byte> buffer);
}
