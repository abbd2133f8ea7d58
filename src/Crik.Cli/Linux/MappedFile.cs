namespace Crik.Linux;

/// <summary>A file that is mapped, as a line of <c>/proc/PID/maps</c> describes it.</summary>
/// <param name="Start">The first address of the mapping.</param>
/// <param name="End">The address after the last one.</param>
/// <param name="Path">An absolute path, with <see cref="DeletedMark"/> behind it where a link in <c>/proc/PID/fd</c> has it.</param>
internal readonly record struct MappedFile(ulong Start, ulong End, DeviceNumber Device, ulong Inode, string Path)
{
    /// <summary>What the kernel writes behind the path of a file that has lost its name, or never had one (memfd_create(2)).</summary>
    public const string DeletedMark = " (deleted)";

    public bool IsDeleted => Path.EndsWith(DeletedMark, StringComparison.Ordinal);

    /// <summary>
    /// Whether the path cannot be told for sure. The kernel writes a newline as <c>\012</c> and a backslash as itself (seq_path in
    /// show_map_vma, fs/proc/task_mmu.c), so a name with these four characters looks the same as one with a newline.
    /// </summary>
    public bool IsAmbiguous { get; private init; }

    /// <summary>The name of the link to this file in <c>/proc/PID/map_files</c>.</summary>
    public string Range => string.Create(CultureInfo.InvariantCulture, $"{Start:x}-{End:x}");

    /// <summary>Parses START-END PERMISSIONS OFFSET MAJOR:MINOR INODE, and the name after spaces.</summary>
    /// <returns>
    /// <see langword="null"/> when the line is about no file: what begins with a slash is a path, and everything else, such as
    /// <c>[heap]</c> and <c>[anon:a/b]</c>, is a name of memory, which may hold slashes too.
    /// </returns>
    public static MappedFile? Parse(string line)
    {
        const string Newline = "\\012";
        Span<Range> fields = stackalloc Range[6];
        ReadOnlySpan<char> text = line;
        if (text.Split(fields, ' ') != 6)
        {
            return null;
        }

        ReadOnlySpan<char> name = text[fields[5]].TrimStart(' ');
        if (!name.StartsWith("/") || Pair(text[fields[0]], '-') is not { } range || Pair(text[fields[3]], ':') is not { } device
            || device.First > uint.MaxValue || device.Second > uint.MaxValue
            || !ulong.TryParse(text[fields[4]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode))
        {
            return null;
        }

        return new MappedFile(
            range.First, range.Second, new DeviceNumber((uint)device.First, (uint)device.Second), inode, name.ToString().Replace(Newline, "\n", StringComparison.Ordinal))
        {
            IsAmbiguous = name.Contains(Newline, StringComparison.Ordinal),
        };
    }

    private static (ulong First, ulong Second)? Pair(ReadOnlySpan<char> text, char separator)
    {
        int middle = text.IndexOf(separator);
        return middle > 0 && TryParse(text[..middle], out ulong first) && TryParse(text[(middle + 1)..], out ulong second) ? (first, second) : null;

        static bool TryParse(ReadOnlySpan<char> digits, out ulong number) =>
            ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }
}
