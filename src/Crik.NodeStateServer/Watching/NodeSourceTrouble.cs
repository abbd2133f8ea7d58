namespace Crik.NodeStateServer.Watching;

/// <summary>The source could not be reached, refused a request, or sent something that could not be understood.</summary>
/// <param name="ListsAgain">Whether the source no longer has the version, so that it lists all Nodes again.</param>
/// <param name="Pause">The time until the next try.</param>
internal sealed record NodeSourceTrouble(string Problem, bool ListsAgain, TimeSpan Pause);
