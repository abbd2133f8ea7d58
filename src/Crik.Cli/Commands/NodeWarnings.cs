using System.Globalization;
using Crik.Configuration;
using Crik.Contracts;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Nodes;

namespace Crik.Commands;

/// <summary>What is done when the node begins to go away and SIGTERM has not come yet: the hook at every such news, one checkpoint.</summary>
internal sealed class NodeWarnings(Supervisor supervisor, CrikOptions options, Action takeCheckpoint)
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
        new Hook(supervisor, options.HookTimeout).Run(
            "onNodeWarning", options.OnNodeWarning,
            [("NODE_STATE", news.State.ToWireName()), ("NODE_STATE_REASON", news.Reason), ("NODE_DEADLINE", deadline)],
            HasSomethingBetterToDo);
        if (options.CheckpointOnWarning && !_hasCheckpoint && !HasSomethingBetterToDo())
        {
            _hasCheckpoint = true;
            takeCheckpoint();
        }
    }

    private bool HasSomethingBetterToDo() => supervisor.TerminationRequested is not null || supervisor.Program is { HasExited: true };
}
