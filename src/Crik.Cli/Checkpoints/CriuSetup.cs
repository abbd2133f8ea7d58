using Crik.Configuration;
using Crik.Criu;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>The criu of this container and what it may do.</summary>
/// <param name="File">Its path, or the name that was looked for in vain.</param>
/// <param name="Level">The mode it is run in.</param>
/// <param name="Problems">Why a checkpoint cannot work here; nothing when it can.</param>
internal sealed record CriuSetup(string File, PrivilegeLevel Level, IReadOnlyList<string> Problems)
{
    /// <summary>Where distributions put it, in case PATH was cut short.</summary>
    private static readonly string[] s_usualPlaces = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"];

    public static CriuSetup Find(CrikOptions options)
    {
        string? file = options.CriuPath.StartsWith('/')
            ? (Libc.IsExecutable(options.CriuPath) ? options.CriuPath : null)
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(s_usualPlaces)
                .Select(directory => Path.Combine(directory, options.CriuPath))
                .FirstOrDefault(path => path.StartsWith('/') && Libc.IsExecutable(path));
        Capabilities capabilities = Capabilities.Read(file);
        List<string> problems = [.. capabilities.Problems()];
        if (file is null)
        {
            problems.Insert(0, $"{options.CriuPath} is not there or cannot be executed: install criu 4.1.1 or newer in the image, or set criuPath");
        }

        return new CriuSetup(file ?? options.CriuPath, capabilities.Level, problems);
    }
}
