namespace Crik.ClusterTests;

/// <summary>Ends the operator's leader, the API server, nodes and all webhooks, as it is asked or at random, and counts that.</summary>
internal sealed class RandomKills(Random random)
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<NodeDeath> _deaths = [];

    public IReadOnlyCollection<NodeDeath> Deaths => _deaths;

    /// <summary>How often each victim was killed.</summary>
    public string Counts => string.Join(", ", _counts.Select(static pair => $"{pair.Key} {pair.Value}"));

    /// <summary>Kills one victim after a random pause, and starts it again.</summary>
    /// <param name="longestPause">The instant of the kill is random, until then.</param>
    /// <returns>What was killed, and when.</returns>
    public string KillOne(string[] sources, string[] destinations, TimeSpan longestPause)
    {
        (string name, Action kill)[] victims =
        [
            ("operator", InstalledOperator.KillLeader), ("API server", KillApiServer), ("source", () => KillNode(sources)),
            ("destination", () => KillNode(destinations)), ("webhook", static () => InstalledOperator.Signal("KILL")),
        ];
        (string victim, Action action) = victims[random.Next(victims.Length)];
        TimeSpan pause = longestPause * random.NextDouble();
        Thread.Sleep(pause);
        action();
        _counts[victim] = _counts.GetValueOrDefault(victim) + 1;
        return $"{victim} after {pause.TotalSeconds:0.0} s";
    }

    private static void KillApiServer()
    {
        Cluster.Control("kill-apiserver");
        Cluster.Control("start-apiserver");
    }

    private void KillNode(string[] nodes)
    {
        string node = nodes[random.Next(nodes.Length)];
        DateTimeOffset began = DateTimeOffset.UtcNow;
        Cluster.Control("kill-node", node);
        _deaths.Add(new NodeDeath(node, began, DateTimeOffset.UtcNow));
        Cluster.Control("start-node", node);
    }
}
