using Crik.Criu;
using Crik.Store;

namespace Crik.Inspection;

/// <summary>
/// The images of one dump, which nobody has to trust: whatever is wrong with an image ends in a message that names the file.
/// </summary>
internal sealed class ImageSet(string directory)
{
    public string PathOf(string name) => Path.Combine(directory, name);

    public bool Has(string name) => Libc.TryStatus(PathOf(name), followLinks: false) is not null;

    /// <summary>Finds the images whose names begin like this.</summary>
    public string[] Names(string start)
    {
        try
        {
            return [.. Directory.GetFiles(directory, $"{start}*.img").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(directory, Faults.Reason(exception));
        }
    }

    /// <param name="mayBeEmpty">An image without messages is a good one.</param>
    /// <exception cref="CheckpointException">The image is missing or damaged.</exception>
    public T Read<T>(string name, Func<List<byte[]>, T> parse, bool mayBeEmpty = false)
    {
        string path = PathOf(name);
        List<byte[]> messages;
        try
        {
            messages = CriuImage.Read(path).Messages;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CheckpointException($"the checkpoint cannot be read: {Faults.Reason(exception)}"); // it names the file
        }

        try
        {
            return parse(messages.Count > 0 || mayBeEmpty ? messages : throw new InvalidDataException("it has no messages"));
        }
        catch (Exception exception) when (exception is InvalidDataException or OverflowException or IOException)
        {
            throw Unreadable(path, Faults.Reason(exception));
        }
    }

    private static CheckpointException Unreadable(string path, string why) => new($"the checkpoint cannot be read: {path}: {why}");
}
