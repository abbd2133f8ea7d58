using Crik.Criu;

namespace Crik.Inspection;

/// <summary>Reads which files each process has open: the descriptor tables, and <c>files.img</c> that they lead to (images/fdinfo.proto).</summary>
internal sealed class FileReader
{
    private readonly ImageSet _images;
    private readonly IReadOnlyDictionary<uint, int> _streams;
    private readonly FileDescriber _describer;
    private readonly Dictionary<uint, IReadOnlyList<SavedFile>> _tables = [];

    /// <param name="streams">The ids of the open files that are the container's streams, and their numbers.</param>
    public FileReader(ImageSet images, IReadOnlyDictionary<uint, int> streams)
    {
        _images = images;
        _streams = streams;
        _describer = new FileDescriber(images);
    }

    /// <summary>The path of a plain file.</summary>
    public string? PathOf(uint id) => _describer.PathOf(id);

    /// <param name="table">Its id; processes may share one.</param>
    public IReadOnlyList<SavedFile> ReadTable(uint table)
    {
        if (!_tables.TryGetValue(table, out IReadOnlyList<SavedFile>? files))
        {
            files = _images.Read($"fdinfo-{table}.img", ReadEntries, mayBeEmpty: true);
            _tables.Add(table, files);
        }

        return files;
    }

    private List<SavedFile> ReadEntries(IReadOnlyList<byte[]> messages)
    {
        List<SavedFile> files = [];
        foreach (byte[] message in messages)
        {
            uint id = (uint)ProtoReader.FindNumber(message, 1);
            int descriptor = (int)ProtoReader.FindNumber(message, 4);
            SavedFile file = _describer.Describe(descriptor, id);
            files.Add(_streams.TryGetValue(id, out int stream) ? file with { Stream = stream } : file);
        }

        files.Sort((one, other) => one.Descriptor.CompareTo(other.Descriptor));
        return files;
    }
}
