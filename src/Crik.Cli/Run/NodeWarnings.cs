using Crik.Contracts;
using Crik.Diagnostics;
using Crik.Nodes;

namespace Crik.Run;

/// <summary>Reacts when the node begins to go away before SIGTERM comes: runs the hook at every such news, and makes one checkpoint.</summary>
/// <param name="hasSomethingBetterToDo">The program ended, or SIGTERM came.</param>
/// <param name="takeCheckpoint"><see langword="null"/> when a warning makes no checkpoint.</param>
internal sealed class NodeWarnings(Hooks hooks, Func<bool> hasSomethingBetterToDo, Action? takeCheckpoint)
{
    private NodeAnswer _last = NodeAnswer.Unknown("");
    private bool _hasCheckpoint;

    public void Hear(NodeAnswer news)
    {
        if (news.State == _last.State && news.Reason == _last.Reason)
        {
            return;
        }

        _last = news.IsKnown ? news : _last;
        if (!news.IsWarning)
        {
            _hasCheckpoint &= !news.IsKnown;
            return;
        }

        string deadline = news.Deadline?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
        Log.Info("the node begins to go away", ("state", news.State.ToWireName()), ("because", news.Reason), ("deadline", deadline));
        hooks.OnNodeWarning(
            [("NODE_STATE", news.State.ToWireName()), ("NODE_STATE_REASON", news.Reason), ("NODE_DEADLINE", deadline)], hasSomethingBetterToDo);
        if (takeCheckpoint is not null && !_hasCheckpoint && !hasSomethingBetterToDo())
        {
            _hasCheckpoint = true;
            takeCheckpoint();
        }
    }
}
