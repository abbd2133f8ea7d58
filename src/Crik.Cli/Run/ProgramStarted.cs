using Crik.Init;

namespace Crik.Run;

/// <summary>The program that runs, and the command it was started with.</summary>
internal sealed record ProgramStarted(ChildProcess Program, IReadOnlyList<string> Command);
