namespace Crik.Linux;

/// <summary>What crik reads under <c>/proc</c> (proc(5)), mostly about other processes. A process that has gone reads as empty.</summary>
internal static partial class ProcFs
{
    /// <summary>Finds a process and all its descendants, parents before children.</summary>
    public static IReadOnlyList<int> Tree(int root)
    {
        List<int> found = [root];
        for (int i = 0; i < found.Count; i++)
        {
            foreach (int thread in Threads(found[i]))
            {
                found.AddRange(Children(found[i], thread));
            }
        }

        return found;
    }

    public static IReadOnlyList<int> Threads(int pid) => Numbers($"/proc/{pid}/task");

    /// <summary>What a descriptor of this process leads to.</summary>
    public static string? DescriptorLink(int descriptor) => Link($"/proc/self/fd/{descriptor}");

    /// <summary>Where a link leads, as the kernel tells it.</summary>
    /// <returns><see langword="null"/> when it is no link, is gone, or may not be read.</returns>
    public static string? Link(string path) => Libc.TryReadLink(path);

    /// <summary>Reads the lines of a file. Bytes that are not UTF-8 are carried as <see cref="ByteStrings"/> does.</summary>
    /// <returns>Nothing when the file is not there or may not be read.</returns>
    public static string[] Lines(string path) => Text(path).TrimEnd('\n') is { Length: > 0 } text ? text.Split('\n') : [];

    private static string Text(string path)
    {
        try
        {
            return ByteStrings.Decode(Libc.ReadToEnd(path));
        }
        catch (LinuxException)
        {
            return "";
        }
    }

    /// <summary>Finds the line that begins with a name, and gives what follows it.</summary>
    public static string? Field(string[] lines, string name)
    {
        string? line = lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line?[name.Length..].Trim();
    }

    private static IEnumerable<int> Children(int pid, int thread) => Lines($"/proc/{pid}/task/{thread}/children")
        .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(child => int.Parse(child, CultureInfo.InvariantCulture));

    private static List<int> Numbers(string path)
    {
        List<int> numbers = [];
        using FileDescriptor? directory = Libc.TryOpen(path, Libc.O_RDONLY | Libc.O_DIRECTORY, 0, out _); // when it is gone, or another user's, there is nothing to see
        foreach (byte[] name in directory is null ? [] : Libc.ReadDirectory(directory))
        {
            if (Number(name) is { } number)
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    private static int? Number(ReadOnlySpan<byte> name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
