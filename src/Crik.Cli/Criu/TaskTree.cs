using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>Changes the processes in <c>pstree.img</c> so that a restore keeps all of them below the tree's root.</summary>
internal static class TaskTree
{
    /// <summary>
    /// Gives a daemon whose session leader is dead a new session. Otherwise criu makes a temporary leader during the restore. When that
    /// leader ends, the kernel gives its child to the namespace's init, which is crik, because the root of the tree becomes a subreaper only
    /// later (criu/pie/restorer.c). The next checkpoint would then miss the daemon.
    /// </summary>
    /// <returns>Whether anything was changed.</returns>
    public static bool KeepDaemons(CriuImage tree)
    {
        if (tree.Messages.Count == 0)
        {
            return false;
        }

        ProcessEntry root = new(tree.Messages[0]);
        HashSet<int> alive = [.. tree.Messages.Select(message => new ProcessEntry(message).Pid)];
        Dictionary<int, int> sessions = []; // the new sessions of daemons and of those below them, by process
        bool changed = false;
        for (int i = 1; i < tree.Messages.Count; i++)
        {
            ProcessEntry entry = new(tree.Messages[i]);

            // Parents come before their children in the image.
            int session = entry.Session == root.Session || alive.Contains(entry.Session) ? 0
                : entry.Parent == root.Pid ? entry.Pid : sessions.GetValueOrDefault(entry.Parent);
            if (session != 0)
            {
                sessions[entry.Pid] = session;
                tree.Messages[i] = entry.WithSession(entry.Group == entry.Session ? session : entry.Group, session);
                changed = true;
            }
        }

        return changed;
    }
}
