namespace Crik.Store;

/// <summary>
/// Describes the program that a start is told to run, so that a later start notices when it is told to run another one. Nothing of it differs
/// between the pods of one template, on whatever node they are.
/// </summary>
/// <param name="Command">What crik was told to run, as text: a byte that is no part of UTF-8 is U+FFFD.</param>
/// <param name="Traits">Texts of a name, an equals sign and a value, such as <c>variable MODE=8f2c1d04</c>.</param>
internal sealed record ProgramIdentity(IReadOnlyList<string> Command, IReadOnlyList<string> Traits)
{
    /// <summary>How many files below the working directory are looked at. A thousand take about two milliseconds.</summary>
    private const int MostFiles = 500;

    /// <summary>A larger file of a volume counts by its size.</summary>
    private const long LargestRead = 1 << 20;

    /// <summary>Reads it before the program runs, because the program may change its own files.</summary>
    /// <param name="environment">The entries of the program's environment.</param>
    public static ProgramIdentity Read(IReadOnlyList<string> command, IReadOnlyList<string> environment)
    {
        string directory = Environment.CurrentDirectory;
        List<string> traits = [$"user={Libc.GetEffectiveUserId()}:{Libc.GetEffectiveGroupId()}", $"directory={directory}"];
        foreach ((string name, string value) in LastingVariables.Of(environment, Environment.MachineName))
        {
            traits.Add($"variable {ByteStrings.Printable(name)}={Checksums.Of(ByteStrings.Encode(value)):x8}"); // it may be a secret
        }

        IReadOnlyList<Mount> mounts = Mount.ReadAll();
        foreach (string path in FilesNamedIn(command, environment, directory))
        {
            if (Describe(path, mounts) is { } file)
            {
                traits.Add($"file {ByteStrings.Printable(path)}={file}");
            }
        }

        if (directory != "/" && IsInImage(directory, mounts))
        {
            StringBuilder listing = new();
            int left = MostFiles;
            List(directory, listing, ref left);
            traits.Add($"files below {directory}={Checksums.Of(ByteStrings.Encode(listing.ToString())):x8}");
        }

        return new([.. command.Select(ByteStrings.Printable)], traits);
    }

    /// <summary>The program itself, and each argument, or the value after an equals sign, that is the path of a file.</summary>
    private static IEnumerable<string> FilesNamedIn(IReadOnlyList<string> command, IReadOnlyList<string> environment, string directory)
    {
        const string Search = "PATH=";
        string path = environment.FirstOrDefault(entry => entry.StartsWith(Search, StringComparison.Ordinal)) ?? $"{Search}/bin:/usr/bin";
        IEnumerable<string> places = command[0].Contains('/') ? [directory] : path[Search.Length..].Split(':');
        return places.Select(place => System.IO.Path.Combine(place, command[0])).Where(IsFile).Take(1)
            .Concat(command.Skip(1).SelectMany(argument => (string[])[argument, argument[(argument.IndexOf('=', StringComparison.Ordinal) + 1)..]])
                .Where(argument => argument.Length > 0).Select(argument => System.IO.Path.Combine(directory, argument)).Distinct().Where(IsFile));
    }

    private static bool IsFile(string path) => Libc.TryStatus(path, followLinks: true) is { IsRegular: true };

    /// <summary>
    /// Describes a file of the container's image by its size and time, which are in the image. The time of a file on a volume says nothing: that
    /// of a ConfigMap is new in each pod, so that its content counts.
    /// </summary>
    private static string? Describe(string path, IReadOnlyList<Mount> mounts)
    {
        using FileDescriptor? file = Libc.TryOpen(path, Libc.O_PATH, 0, out _);
        if (file is null || Libc.TryStatus(file.Number) is not { } status || Libc.TryReadLink($"/proc/self/fd/{file.Number}") is not { } real)
        {
            return null;
        }

        return IsInImage(real, mounts) ? $"{status.Size} {Seconds(status)}"
            : Mount.Of(real, mounts) is not { } mount || !IsConfiguration(mount) ? null
            : $"{status.Size}{(status.Size <= LargestRead ? Content(real) : "")}";
    }

    /// <returns>Nothing for a file that cannot be read.</returns>
    private static string Content(string path)
    {
        uint checksum = 0;
        return Faults.Of(() => checksum = Checksums.OfFile(path)) is null ? $" {checksum:x8}" : "";
    }

    /// <summary>
    /// Whether a volume holds configuration, as a ConfigMap does. The program writes to a volume that is not read-only. Secrets, tokens and facts
    /// about the pod are in memory (pkg/volume/secret, projected and downwardapi in Kubernetes), and change without a roll-out.
    /// </summary>
    internal static bool IsConfiguration(Mount mount) => mount.IsReadOnly && mount.Type is not ("tmpfs" or "proc" or "sysfs");

    private static bool IsInImage(string path, IReadOnlyList<Mount> mounts) => Mount.Of(path, mounts) is { MountPoint: "/" };

    /// <summary>Whole seconds, because not every way of storing an image keeps more.</summary>
    private static long Seconds(FileStatus status) => status.ModifiedAt / 1_000_000_000;

    private static void List(string directory, StringBuilder listing, ref int left)
    {
        using FileDescriptor? opened = Libc.TryOpen(directory, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, 0, out _);
        foreach (byte[] name in opened is null ? [] : Libc.ReadDirectory(opened))
        {
            string path = $"{directory}/{ByteStrings.Decode(name)}";
            if (left > 0 && Libc.TryStatus(path, followLinks: false) is { } status)
            {
                left--;
                listing.Append(status.IsRegular ? $"{path} {status.Size} {Seconds(status)}\n" : $"{path}\n");
                if (status.IsDirectory)
                {
                    List(path, listing, ref left);
                }
            }
        }
    }
}
