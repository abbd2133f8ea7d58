namespace Crik.Nodes;

/// <summary>A question that <see cref="NodeWatch"/>'s thread has to answer at once.</summary>
internal sealed class NodeQuestion(Deadline deadline)
{
    private NodeAnswer? _answer;

    public Deadline Deadline => deadline;

    /// <summary><see langword="null"/> until there is one; unknown when asking failed.</summary>
    public NodeAnswer? Answer
    {
        get => Volatile.Read(ref _answer);
        set => Volatile.Write(ref _answer, value);
    }
}
