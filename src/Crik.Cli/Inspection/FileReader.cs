using Crik.Checkpoints;
using Crik.Criu;

namespace Crik.Inspection;

/// <summary>Reads which files each process has open: the descriptor tables, and <c>files.img</c> that they lead to (images/fdinfo.proto).</summary>
internal sealed class FileReader
{
    private readonly ImageSet _images;
    private readonly Dictionary<uint, StdioLink> _streams;
    private readonly FileDescriber _describer;
    private readonly Dictionary<uint, SavedFile[]> _tables = [];

    /// <param name="streams">By the ids of the open files that are the container's streams.</param>
    public FileReader(ImageSet images, Dictionary<uint, StdioLink> streams)
    {
        _images = images;
        _streams = streams;
        _describer = new FileDescriber(images);
    }

    /// <summary>The path of a plain file.</summary>
    public string? PathOf(uint id) => _describer.Find(id) is { Kind: "file" } file ? file.What : null;

    /// <summary>The id of the shared memory that a file in memory consists of; 0 when it is none.</summary>
    public ulong FindSharedMemory(ulong id) => _describer.FindSharedMemory(id);

    /// <param name="table">Its id; processes may share one.</param>
    public SavedFile[] ReadTable(uint table)
    {
        if (!_tables.TryGetValue(table, out SavedFile[]? files))
        {
            files = _images.Read($"fdinfo-{table}.img", ReadEntries, mayBeEmpty: true);
            _tables.Add(table, files);
        }

        return files;
    }

    private SavedFile[] ReadEntries(List<byte[]> messages)
    {
        SavedFile[] files = new SavedFile[messages.Count];
        for (int i = 0; i < files.Length; i++)
        {
            byte[] message = messages[i];
            uint id = (uint)ProtoReader.FindNumber(message, 1);
            int descriptor = (int)ProtoReader.FindNumber(message, 4);
            SavedFile file = _describer.Find(id) ?? throw new InvalidDataException($"descriptor {descriptor} leads to file {id}, which is not in files.img");
            files[i] = file.As(descriptor, _streams.GetValueOrDefault(id)?.Stream ?? -1);
        }

        return [.. files.OrderBy(file => file.Descriptor)];
    }
}
