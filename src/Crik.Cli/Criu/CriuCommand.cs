using Crik.Init;

namespace Crik.Criu;

/// <summary>Describes how crik starts any criu: as the leader of a session, and without the program's settings for the dynamic linker.</summary>
internal static class CriuCommand
{
    /// <summary>crik's own environment, but without what makes the dynamic linker load the program's libraries into criu.</summary>
    public static IReadOnlyList<string> Environment { get; } = WithoutLoaderSettings(EnvironmentBlock.Current);

    public static ProcessSpec Of(IReadOnlyList<string> command) => new(command) { Environment = Environment, NewSession = true };

    /// <summary>Removes LD_LIBRARY_PATH, LD_PRELOAD and the like (ld.so(8)).</summary>
    internal static IReadOnlyList<string> WithoutLoaderSettings(IReadOnlyList<string> environment) =>
        [.. environment.Where(entry => !entry.StartsWith("LD_", StringComparison.Ordinal))];
}
