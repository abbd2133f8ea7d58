namespace Crik.Configuration;

/// <summary>What the command line says about the configuration, as it was written; null where it says nothing.</summary>
internal sealed record CommandLineOverrides
{
    public string? ConfigPath { get; init; }

    public string? ImageDir { get; init; }

    public string? LogFormat { get; init; }

    public bool Debug { get; init; }
}
