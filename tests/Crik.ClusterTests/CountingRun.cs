namespace Crik.ClusterTests;

/// <summary>What the program of one container has written in its log, from the first to the last line.</summary>
/// <param name="Word">The name that the program gave itself when it was started afresh.</param>
/// <param name="Began">When it wrote the first number.</param>
/// <param name="Ended">When it wrote the last number so far.</param>
internal sealed record CountingRun(string Node, string Pod, string Word, int First, int Last, DateTimeOffset Began, DateTimeOffset Ended);
