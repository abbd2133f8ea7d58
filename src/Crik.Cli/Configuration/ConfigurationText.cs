namespace Crik.Configuration;

/// <summary>Reads the text of the configuration file, and refuses one that the YAML parser would misunderstand without a word.</summary>
internal static class ConfigurationText
{
    private const int MaxBytes = 1 << 20;

    /// <param name="isRequired">Whether somebody named the file: then it has to be there.</param>
    /// <param name="refuse">Takes each problem, which begins with the path.</param>
    /// <returns><see langword="null"/> when there is no file, or when it cannot be read.</returns>
    public static string? Read(string path, bool isRequired, Action<string> refuse)
    {
        try
        {
            if (Libc.IsMissing(path)) // the usual case; an exception would cost a start of crik 0.3 ms
            {
                return Missing();
            }

            if (Directory.Exists(path))
            {
                return Refuse("is a directory, not a file");
            }

            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] bytes = new byte[MaxBytes + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > MaxBytes ? Refuse("is larger than 1 MiB") : Decode(path, bytes.AsSpan(0, length), refuse);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Missing();
        }
        catch (UnauthorizedAccessException)
        {
            return Refuse("cannot be read: permission denied");
        }
        catch (IOException exception)
        {
            return Refuse($"cannot be read: {Faults.Reason(exception)}");
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return Refuse("cannot be read: it is no file");
        }

        // A link to nowhere is a broken mount, not a missing file: with the defaults there would be no checkpoints, and nobody would notice.
        string? Missing() =>
            new FileInfo(path).LinkTarget is { } target ? Refuse($"is a link to '{target}', which does not exist")
            : isRequired ? Refuse("no such file")
            : null;

        string? Refuse(string problem)
        {
            refuse($"{path}: {problem}");
            return null;
        }
    }

    private static string? Decode(string path, ReadOnlySpan<byte> bytes, Action<string> refuse)
    {
        bytes = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        int nul = bytes.IndexOf((byte)0); // the YAML scanner takes it for the end of the file
        try
        {
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(nul < 0 ? bytes : []);
            if (nul < 0)
            {
                return HasTabs(path, text, refuse) ? null : text;
            }

            refuse($"{path}:{LineAt(bytes, nul)}: contains a NUL byte: the file must be UTF-8 text");
        }
        catch (DecoderFallbackException exception)
        {
            refuse($"{path}:{LineAt(bytes, exception.Index)}: is not valid UTF-8");
        }

        return null;
    }

    /// <summary>YAML indents with spaces. The parser accepts some tabs silently and reports others at an earlier line.</summary>
    private static bool HasTabs(string path, string text, Action<string> refuse)
    {
        bool found = false;
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line[..^line.TrimStart(" \t").Length].Contains('\t'))
            {
                refuse($"{path}:{number}: is indented with a tab; YAML wants spaces");
                found = true;
            }
        }

        return found;
    }

    private static int LineAt(ReadOnlySpan<byte> bytes, int index) => bytes[..Math.Clamp(index, 0, bytes.Length)].Count((byte)'\n') + 1;
}
