namespace Crik.Criu.Images;

/// <summary>A descriptor in a process's table: <c>fdinfo-N.img</c>.</summary>
/// <remarks>fdinfo_entry of criu's images/fdinfo.proto.</remarks>
internal readonly ref struct DescriptorEntry(ReadOnlySpan<byte> message)
{
    private const int FileField = 1;
    private const int KindField = 3;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The id of the open file that it leads to.</summary>
    public uint File => (uint)ProtoReader.FindNumber(_message, FileField);

    public int Descriptor => (int)ProtoReader.FindNumber(_message, 4);

    /// <summary>The same descriptor, leading to a plain file.</summary>
    public byte[] LeadingTo(uint regularFile) =>
        ChangedMessage.WithNumber(ChangedMessage.WithNumber(_message, FileField, regularFile), KindField, (long)FileKind.Regular);
}
