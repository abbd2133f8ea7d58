namespace Crik.Criu;

/// <summary>The traits (<see cref="TaskTraits"/>) of a program's processes and threads.</summary>
/// <param name="Own">The traits of crik itself, which are the usual ones of the container.</param>
internal sealed record TreeTraits(IReadOnlyList<string> Own, IReadOnlyList<TraitGroup> Processes, IReadOnlyList<TraitGroup> Threads)
{
    public IReadOnlyList<DescriptorTraits> Sockets { get; init; } = [];

    /// <summary>The locks and leases that the tree has on files.</summary>
    public IReadOnlyList<string> Locks { get; init; } = [];

    /// <summary>The multicast groups that sockets of the pod have joined.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The first descriptors of the tree.</summary>
    public IReadOnlyList<DescriptorTraits> Descriptors { get; init; } = [];

    /// <param name="replaced">The descriptors that lead to something else in the next pod.</param>
    public static TreeTraits Read(
        IReadOnlyList<int> processes, IEnumerable<int> threads, IReadOnlyList<OpenDescriptor> open, HashSet<DescriptorHolder> replaced)
    {
        bool withTimerSlack = TaskTraits.HasTimerSlack();
        HashSet<string> own = [.. OwnTraits(withTimerSlack)];
        return new TreeTraits([.. own], Group(processes, TaskTraits.OfProcess, own), Group(threads, thread => TaskTraits.OfThread(thread, withTimerSlack), own))
        {
            Sockets = SocketOptions.Read(open),
            Locks = FileLocks.Read(processes),
            Groups = MulticastGroups.Read(),
            Descriptors = DescriptorInfo.Read(open, replaced),
        };
    }

    /// <summary>The signals that crik blocks are no usual ones: a container blocks none.</summary>
    public static IEnumerable<string> OwnTraits(bool withTimerSlack) => TaskTraits.OfProcess(Environment.ProcessId)
        .Concat(TaskTraits.OfThread(Environment.ProcessId, withTimerSlack)).Where(trait => !TaskTraits.IsSignalMask(trait));

    private static IReadOnlyList<TraitGroup> Group(IEnumerable<int> tasks, Func<int, List<string>> read, HashSet<string> own)
    {
        Dictionary<string, (List<int> Tasks, List<string> Traits)> groups = new(StringComparer.Ordinal);
        foreach (int task in tasks)
        {
            List<string> unusual = [.. read(task).Where(trait => !own.Contains(trait))];
            string key = string.Join('\n', unusual);
            if (groups.TryGetValue(key, out (List<int> Tasks, List<string> Traits) group))
            {
                group.Tasks.Add(task);
            }
            else
            {
                groups.Add(key, ([task], unusual));
            }
        }

        return [.. groups.Values.Select(group => new TraitGroup(group.Tasks, group.Traits))];
    }
}

/// <summary>Processes or threads that have the same traits.</summary>
/// <param name="Tasks">The numbers of the processes or threads.</param>
/// <param name="Traits">Those that crik does not have.</param>
internal sealed record TraitGroup(IReadOnlyList<int> Tasks, IReadOnlyList<string> Traits);

/// <summary>The traits of one descriptor: the options of a socket, or what the kernel tells of it.</summary>
/// <param name="Pid">A process that has it open, under the number <paramref name="Descriptor"/>.</param>
internal sealed record DescriptorTraits(int Pid, int Descriptor, IReadOnlyList<string> Traits);
