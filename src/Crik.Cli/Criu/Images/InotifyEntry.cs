namespace Crik.Criu.Images;

/// <summary>An inotify instance, which inotify_init(2) made.</summary>
/// <remarks>inotify_file_entry of criu's images/fsnotify.proto.</remarks>
internal readonly ref struct InotifyEntry(ReadOnlySpan<byte> message)
{
    private const int WatchedField = 5;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>How many files it watches.</summary>
    public int Watched => ProtoReader.Count(_message, WatchedField);
}
