namespace Crik.Nodes;

/// <summary>Somebody who knows whether this node goes away. One thread at a time may ask.</summary>
internal abstract class NodeSource
{
    /// <summary>How the log names it.</summary>
    public abstract string Name { get; }

    /// <summary>How long to wait before asking again after an answer that brought nothing new.</summary>
    public virtual TimeSpan Pause => TimeSpan.FromSeconds(5);

    /// <summary>Whether the source's clock agreed with this machine's at the last answer.</summary>
    public abstract bool ClocksAgree { get; }

    /// <summary>Whether <see cref="Ask"/> asks about this pod, too.</summary>
    public virtual bool AsksAboutPod => false;

    /// <param name="stop">A descriptor that ends the wait when it becomes readable; -1 for none.</param>
    /// <exception cref="HttpException">There is no answer, so the state is not known.</exception>
    public abstract NodeAnswer Ask(Deadline deadline, int stop = -1);

    /// <summary>Waits until the answer differs from <paramref name="known"/>. A source that cannot wait for that answers at once.</summary>
    /// <exception cref="HttpException">There is no answer.</exception>
    public virtual NodeAnswer AskForChange(NodeAnswer known, int stop) => Ask(Deadline.In(TimeSpan.FromSeconds(10)), stop);
}
