namespace Crik.Criu.Images;

/// <summary>A counter that eventfd(2) made.</summary>
/// <remarks>eventfd_file_entry of criu's images/eventfd.proto.</remarks>
internal readonly ref struct EventCounterEntry(ReadOnlySpan<byte> message)
{
    private const int CounterField = 4;

    private readonly ReadOnlySpan<byte> _message = message;

    public ulong Counter => ProtoReader.FindNumber(_message, CounterField);
}
