using Crik.Configuration;

namespace Crik.Run;

/// <summary>The part of the configuration that one run of the program needs.</summary>
internal sealed record RunPolicy(SavePolicy Save, HookPolicy Hooks, TerminationPolicy Termination);
