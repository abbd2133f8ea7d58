namespace Crik.Criu.Images;

/// <summary>An open file that has no path any more, in <c>remap-fpath.img</c>.</summary>
/// <remarks>remap_file_path_entry of criu's images/remap-file-path.proto.</remarks>
internal readonly ref struct DeletedFileEntry(ReadOnlySpan<byte> message)
{
    private const int FileField = 1;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The id of the open file.</summary>
    public uint File => (uint)ProtoReader.FindNumber(_message, FileField);
}
