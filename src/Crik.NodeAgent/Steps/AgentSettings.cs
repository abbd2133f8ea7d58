namespace Crik.NodeAgent.Steps;

/// <summary>The settings of the agent that decisions depend on.</summary>
/// <param name="Node">The node on which this agent runs.</param>
internal sealed record AgentSettings(string Node)
{
    /// <summary>Where images go if the object does not say it. Null: objects must say it.</summary>
    public string? Repository { get; init; }

    /// <summary>The repositories, and those below them, that objects may name. Empty: all.</summary>
    public IReadOnlyList<string> AllowedRepositories { get; init; } = [];

    /// <summary>How long saving one container may take if the object does not say it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After this time without success, an image that cannot be pushed counts as stalled. It is tried again all the same.</summary>
    public TimeSpan PushLimit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whether an object may name this repository, with which the credentials of the agent would be used.</summary>
    public bool Allows(string repository) =>
        AllowedRepositories.Count == 0 || repository == Repository
        || AllowedRepositories.Any(allowed => repository == allowed || repository.StartsWith(allowed.TrimEnd('/') + "/", StringComparison.Ordinal));
}
