using Crik.Init;
using Crik.Restore;

namespace Crik.Run;

/// <summary>The program that runs, and how it came to run.</summary>
/// <param name="Command">The command that crik was told to run.</param>
/// <param name="Missing">The pages that still have to be loaded, when the program was restored lazily.</param>
internal sealed record ProgramStarted(ChildProcess Program, IReadOnlyList<string> Command, MissingPages? Missing);
