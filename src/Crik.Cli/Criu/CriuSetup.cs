namespace Crik.Criu;

/// <summary>Finds criu in this container, and tells what it is allowed to do here.</summary>
/// <param name="File">criu's path, or the configured name if no such file was found.</param>
/// <param name="Level">The mode that criu runs in.</param>
/// <param name="Problems">The reasons why a checkpoint cannot work in this container; empty when it can.</param>
internal sealed record CriuSetup(string File, PrivilegeLevel Level, IReadOnlyList<string> Problems)
{
    /// <summary>The capabilities that criu has here, as bits of capabilities(7).</summary>
    public ulong Capabilities { get; init; } = ulong.MaxValue;

    /// <summary>Whether this container has a user namespace, in which the full level is not possible.</summary>
    public bool InUserNamespace { get; init; }

    /// <summary>Whether it has the capabilities of the full level all the same.</summary>
    public bool HasUselessCapabilities { get; init; }

    /// <summary>The value of <c>criuPath</c> when the user did not set it.</summary>
    private const string UsualName = "criu";

    /// <summary>The directories in which distributions install criu. crik looks there too, because PATH may lack them.</summary>
    private static readonly string[] s_usualPlaces = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"];

    /// <param name="criuPath"><c>criuPath</c> of the configuration: an absolute path, or a name to look up in PATH.</param>
    public static CriuSetup Find(string criuPath)
    {
        criuPath = InBundle(criuPath, Bundle.Own is not null);
        string? file = criuPath.StartsWith('/')
            ? (Libc.IsExecutable(criuPath) ? criuPath : null)
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(s_usualPlaces)
                .Select(directory => Path.Combine(directory, criuPath))
                .FirstOrDefault(path => path.StartsWith('/') && Libc.IsExecutable(path));
        Capabilities capabilities = Criu.Capabilities.Read(file);
        string missing = $"{criuPath} is not there or cannot be executed: install criu 4.1.1 or newer in the image, or set criuPath";
        return new CriuSetup(file ?? criuPath, capabilities.Level, [.. file is null ? (string[])[missing] : [], .. capabilities.Problems()])
        {
            Capabilities = capabilities.Effective,
            InUserNamespace = capabilities.InUserNamespace,
            HasUselessCapabilities = capabilities.HasUselessCapabilities,
        };
    }

    /// <summary>A crik from the bundle uses the bundle's criu, unless the user names another one.</summary>
    internal static string InBundle(string criuPath, bool isFromBundle) => isFromBundle && criuPath == UsualName ? Bundle.Criu : criuPath;
}
