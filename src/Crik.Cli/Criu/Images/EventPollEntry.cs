namespace Crik.Criu.Images;

/// <summary>An epoll instance, which epoll_create(2) made.</summary>
/// <remarks>eventpoll_file_entry of criu's images/eventpoll.proto.</remarks>
internal readonly ref struct EventPollEntry(ReadOnlySpan<byte> message)
{
    private const int WatchedField = 4;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>How many descriptors it watches.</summary>
    public int Watched => ProtoReader.Count(_message, WatchedField);
}
