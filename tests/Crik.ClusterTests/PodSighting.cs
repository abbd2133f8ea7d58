namespace Crik.ClusterTests;

/// <summary>A pod that ran at one moment, and what its program had written.</summary>
/// <param name="Numbers">The numbers to which the program had counted. There is at least one.</param>
internal sealed record PodSighting(string Name, string Uid, string Node, string Log, int[] Numbers)
{
    public int First => Numbers[0];

    public int Last => Numbers[^1];
}
