namespace Crik.Criu;

/// <summary>
/// The processes in <c>pstree.img</c> (images/pstree.proto: pid 1, ppid 2, pgid 3, sid 4).
/// </summary>
internal static class TaskTree
{
    /// <summary>
    /// Gives a daemon whose session leader is dead a session of its own. criu would make such a leader for the time of
    /// the restore; when that ends, its child goes to the namespace's init, which is crik, because the root of the tree
    /// becomes a subreaper only later (criu/pie/restorer.c). There the daemon would be lost for the next checkpoint.
    /// </summary>
    /// <returns>Whether anything was changed.</returns>
    public static bool KeepDaemons(CriuImage tree)
    {
        List<Entry> entries = [.. tree.Messages.Select(Entry.Read)];
        if (entries.Count == 0)
        {
            return false;
        }

        Entry root = entries[0];
        HashSet<int> alive = [.. entries.Select(entry => entry.Pid)];
        Dictionary<int, int> leaders = []; // of the tasks below such a daemon: process -> new session
        bool changed = false;
        for (int i = 1; i < entries.Count; i++)
        {
            Entry entry = entries[i];
            if (entry.Session == root.Session || alive.Contains(entry.Session))
            {
                continue;
            }

            // Parents come before their children in the image.
            int session = entry.Parent == root.Pid ? entry.Pid : leaders.GetValueOrDefault(entry.Parent);
            if (session == 0)
            {
                continue;
            }

            leaders[entry.Pid] = session;
            int group = entry.Group == entry.Session ? session : entry.Group;
            tree.Messages[i] = Replace(tree.Messages[i], group, session);
            changed = true;
        }

        return changed;
    }

    private static byte[] Replace(ReadOnlySpan<byte> message, int group, int session)
    {
        ProtoWriter writer = new();
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3:
                    writer.Number(3, group);
                    break;
                case 4:
                    writer.Number(4, session);
                    break;
                default:
                    writer.Raw(reader.RawField);
                    break;
            }
        }

        return writer.ToArray();
    }

    private readonly record struct Entry(int Pid, int Parent, int Group, int Session)
    {
        public static Entry Read(byte[] message)
        {
            Entry entry = default;
            ProtoReader reader = new(message);
            while (reader.Next())
            {
                entry = reader.Field switch
                {
                    1 => entry with { Pid = (int)reader.Number },
                    2 => entry with { Parent = (int)reader.Number },
                    3 => entry with { Group = (int)reader.Number },
                    4 => entry with { Session = (int)reader.Number },
                    _ => entry,
                };
            }

            return entry;
        }
    }
}
