using Crik.Init;

namespace Crik.Nodes;

/// <summary>Somebody who can be asked whether this node goes away.</summary>
internal abstract class NodeSource
{
    /// <summary>For the log.</summary>
    public abstract string Name { get; }

    /// <summary>How long to leave it alone after an answer that brought nothing new.</summary>
    public virtual TimeSpan Pause => TimeSpan.FromSeconds(5);

    /// <summary>One question, one answer.</summary>
    /// <exception cref="HttpException">There is none: then the state is not known.</exception>
    public abstract NodeAnswer Ask(Deadline deadline, int stop = -1);

    /// <summary>Asks in a way that returns as soon as something changes, where the source can do that.</summary>
    /// <exception cref="HttpException">There is no answer.</exception>
    public virtual NodeAnswer AskForChange(NodeAnswer known, int stop) => Ask(Deadline.In(TimeSpan.FromSeconds(10)), stop);
}
