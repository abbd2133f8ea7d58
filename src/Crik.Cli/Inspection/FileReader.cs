using Crik.Criu;
using Crik.Criu.Images;

namespace Crik.Inspection;

/// <summary>Reads which files each process has open: the tables of descriptors, and <c>files.img</c>, which they lead to.</summary>
internal sealed class FileReader
{
    private readonly ImageSet _images;
    private readonly Dictionary<uint, StdioLink> _streams;
    private readonly FileDescriber _describer;
    private readonly Dictionary<uint, SavedFile[]> _tables = [];

    /// <param name="streams">The container's streams, by the ids of their open files.</param>
    public FileReader(ImageSet images, Dictionary<uint, StdioLink> streams)
    {
        _images = images;
        _streams = streams;
        _describer = new FileDescriber(images);
    }

    /// <summary>Finds the path of a plain file.</summary>
    public string? PathOf(uint id) => _describer.Find(id) is { Kind: "file" } file ? file.What : null;

    /// <summary>Finds the id of the shared memory that a file in memory consists of; 0 when the file is of another kind.</summary>
    public ulong FindSharedMemory(ulong id) => _describer.FindSharedMemory(id);

    /// <param name="table">The id of a table of descriptors; processes may share one.</param>
    public SavedFile[] ReadTable(uint table)
    {
        if (!_tables.TryGetValue(table, out SavedFile[]? files))
        {
            files = _images.Read(ImageName.Descriptors(table), ReadEntries, mayBeEmpty: true);
            _tables.Add(table, files);
        }

        return files;
    }

    private SavedFile[] ReadEntries(List<byte[]> messages)
    {
        SavedFile[] files = new SavedFile[messages.Count];
        for (int i = 0; i < files.Length; i++)
        {
            DescriptorEntry entry = new(messages[i]);
            SavedFile file = _describer.Find(entry.File)
                ?? throw new InvalidDataException($"the descriptor {entry.Descriptor} leads to the open file {entry.File}, which is not in files.img");
            files[i] = file.As(entry.Descriptor, _streams.GetValueOrDefault(entry.File)?.Stream ?? -1);
        }

        return [.. files.OrderBy(file => file.Descriptor)];
    }
}
