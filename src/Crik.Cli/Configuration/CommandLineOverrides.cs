namespace Crik.Configuration;

/// <summary>What the command line says about the configuration, as it was written; null where it says nothing.</summary>
internal sealed record CommandLineOverrides(string? ConfigPath = null, string? ImageDir = null, string? LogFormat = null, bool Debug = false);
