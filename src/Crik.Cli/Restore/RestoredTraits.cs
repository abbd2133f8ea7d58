using Crik.Criu;
using Crik.Diagnostics;

namespace Crik.Restore;

/// <summary>
/// Compares the traits of a restored tree with those that it had when it was saved, and sets those that criu did not restore. A trait that
/// was the container's own then gets the value that this container has: another node may give its containers another oom_score_adj.
/// </summary>
internal sealed class RestoredTraits(IReadOnlyList<string> ownThen, IReadOnlyList<string> ownNow, Func<int, string, string, bool> trySet)
{
    private const int MostNamed = 20;

    private readonly Dictionary<string, string> _ownThen = Values(ownThen);
    private readonly Dictionary<string, string> _ownNow = Values(ownNow);
    private readonly Dictionary<string, Difference> _differences = [];

    /// <summary>What is still different, by the name of the trait.</summary>
    public IReadOnlyDictionary<string, Difference> Differences => _differences;

    /// <summary>Mends a tree that is complete and does not run yet, and logs what cannot be mended.</summary>
    public static void Mend(TreeTraits then)
    {
        bool withTimerSlack = TaskTraits.HasTimerSlack();
        RestoredTraits restored = new(then.Own, [.. TreeTraits.OwnTraits(withTimerSlack)], TaskTraits.TrySet);
        restored.Compare(then.Processes, TaskTraits.OfProcess);
        restored.Compare(then.Threads, thread => TaskTraits.OfThread(thread, withTimerSlack));
        foreach ((int pid, string name, string was, string now) in SocketOptions.Restore(then.Sockets))
        {
            restored.Note(pid, name, was, now);
        }

        int[] tasks = [.. then.Processes.SelectMany(group => group.Tasks)];
        restored.Miss("locks", tasks, then.Locks, () => FileLocks.Read(tasks));
        restored.Miss("multicast groups", tasks, then.Groups, MulticastGroups.Read);
        restored.Compare(then.Descriptors, DescriptorInfo.Of);

        foreach ((string name, Difference difference) in restored.Differences)
        {
            string pids = string.Join(' ', difference.Tasks.Take(MostNamed)) + (difference.Tasks.Count > MostNamed ? $" and {difference.Tasks.Count - MostNamed} more" : "");
            Log.Warning(Event.TraitNotRestored, "restored processes are not as they were saved",
                ("what", name), ("pids", pids), ("was", difference.Was), ("is", difference.Is));
        }
    }

    /// <param name="read">Reads the traits that a task has now.</param>
    public void Compare(IReadOnlyList<TraitGroup> groups, Func<int, IReadOnlyList<string>> read)
    {
        foreach (TraitGroup group in groups)
        {
            Dictionary<string, string> unusual = Values(group.Traits);
            foreach (int task in group.Tasks)
            {
                foreach ((string name, string now) in Values(read(task)))
                {
                    if ((unusual.GetValueOrDefault(name) ?? _ownThen.GetValueOrDefault(name)) is { } was)
                    {
                        Compare(task, name, was, now, () => Values(read(task)).GetValueOrDefault(name, now));
                    }
                }
            }
        }
    }

    /// <param name="read">Reads what the kernel tells of a descriptor now.</param>
    public void Compare(IReadOnlyList<DescriptorTraits> descriptors, Func<int, int, IReadOnlyList<string>> read)
    {
        foreach (DescriptorTraits descriptor in descriptors)
        {
            Dictionary<string, string> now = Values(read(descriptor.Pid, descriptor.Descriptor));
            foreach ((string name, string was) in Values(descriptor.Traits))
            {
                if (now.GetValueOrDefault(name, "none") is var found && found != was)
                {
                    Note(descriptor.Pid, $"{name.Split(' ')[0]} of descriptors", $"{descriptor.Descriptor}: {name}={was}", $"{descriptor.Descriptor}: {name}={found}");
                }
            }
        }
    }

    private void Compare(int task, string name, string was, string now, Func<string> readAgain)
    {
        string wanted = was == _ownThen.GetValueOrDefault(name) ? _ownNow.GetValueOrDefault(name, was) : was;
        if (now == wanted)
        {
            return;
        }

        now = trySet(task, name, wanted) ? readAgain() : now;
        if (now != wanted && now != was)
        {
            Note(task, name, was, now);
        }
    }

    private void Miss(string name, int[] tasks, IReadOnlyList<string> then, Func<IReadOnlyList<string>> read)
    {
        List<string> left = then.Count == 0 ? [] : [.. read()];
        string[] missing = [.. then.Where(one => !left.Remove(one))];
        if (missing.Length > 0)
        {
            _differences[name] = new Difference([.. tasks], string.Join(", ", missing), "none");
        }
    }

    private void Note(int task, string name, string was, string now)
    {
        _differences.TryAdd(name, new Difference([], was, now));
        _differences[name].Tasks.Add(task);
    }

    private static Dictionary<string, string> Values(IReadOnlyList<string> traits)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (string trait in traits)
        {
            int end = trait.IndexOf('=', StringComparison.Ordinal);
            values[end < 0 ? trait : trait[..end]] = trait[(end + 1)..];
        }

        return values;
    }
}

/// <param name="Tasks">The processes or threads that are different.</param>
/// <param name="Was">The value that the first of them had.</param>
/// <param name="Is">The value that the first of them has.</param>
internal sealed record Difference(List<int> Tasks, string Was, string Is);
