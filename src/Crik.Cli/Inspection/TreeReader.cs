using Crik.Criu;
using Crik.Criu.Images;

namespace Crik.Inspection;

/// <summary>Reads the processes of a checkpoint, with their memory and their open files.</summary>
internal sealed class TreeReader(ImageSet images)
{
    private const int MostTasks = 100_000;

    private readonly Dictionary<ulong, PageMap?> _shared = [];

    /// <param name="streams">The container's streams, by the ids of their open files.</param>
    /// <returns>The processes in the order of the images, where parents come before their children.</returns>
    public SavedTask[] Read(Dictionary<uint, StdioLink> streams)
    {
        SavedTask[] tasks = images.Read(ImageName.Processes, ReadTree);
        FileReader files = new(images, streams);
        foreach (SavedTask task in tasks)
        {
            images.Read(ImageName.Core(task.Pid), messages => ReadCore(task, new CoreEntry(messages[0])));
            if (!task.IsDead) // a zombie has nothing else
            {
                ReadMemory(task, files);
                task.WorkingDirectory = files.PathOf(images.Read(ImageName.Directories(task.Pid), messages => new DirectoriesEntry(messages[0]).WorkingDirectory));
                task.Files = files.ReadTable(images.Read(ImageName.Ids(task.Pid), messages => new IdsEntry(messages[0]).Files));
            }
        }

        return tasks;
    }

    private static SavedTask[] ReadTree(List<byte[]> messages)
    {
        if (messages.Count > MostTasks)
        {
            throw new InvalidDataException("it has more processes than there can be");
        }

        Dictionary<uint, SavedTask> before = [];
        SavedTask[] tasks = new SavedTask[messages.Count];
        for (int i = 0; i < tasks.Length; i++)
        {
            ProcessEntry entry = new(messages[i]);
            SavedTask task = new(entry.Pid) { Parent = entry.Parent, Group = entry.Group, Session = entry.Session, Threads = entry.Threads };
            if (task.Pid <= 0 || before.ContainsKey((uint)task.Pid))
            {
                throw new InvalidDataException($"the process number {task.Pid} is not a possible one, or is there twice");
            }

            // Only a process that came before counts as a parent, so nothing in the image can make a ring of parents.
            SavedTask? parent = before.GetValueOrDefault((uint)task.Parent);
            task.IsRoot = parent is null;
            parent?.Children.Add(task);
            before.Add((uint)task.Pid, task);
            tasks[i] = task;
        }

        return tasks;
    }

    private void ReadMemory(SavedTask task, FileReader files)
    {
        AddressSpace space = images.Read(ImageName.Memory(task.Pid), messages => new AddressSpace(messages[0]));
        task.MappedBytes = space.Bytes;
        task.Executable = files.PathOf(space.Executable);
        images.Read(ImageName.PageMap(task.Pid), messages =>
        {
            PageMap pages = new(messages);
            task.SavedBytes = pages.Bytes;
            return task.Command = space.ReadCommand(pages, images);
        });
        space.Shared.UnionWith(space.SharedFiles.Select(files.FindSharedMemory));
        task.SharedBytes = space.Shared.Sum(SharedBytes);
    }

    private long SharedBytes(ulong id)
    {
        if (!_shared.TryGetValue(id, out PageMap? pages))
        {
            string name = ImageName.SharedPageMap(id);
            pages = images.Has(name) ? images.Read(name, messages => new PageMap(messages)) : null;
            _shared.Add(id, pages);
        }

        return pages?.Bytes ?? 0;
    }

    private static SavedTask ReadCore(SavedTask task, CoreEntry core)
    {
        TaskState state = core.State;
        task.Name = core.Name;
        task.IsDead = state is TaskState.Dead or TaskState.Zombie;
        task.State = state switch { TaskState.Alive => "alive", TaskState.Stopped => "stopped", _ => task.IsDead ? "zombie" : $"state {(ulong)state}" };
        task.UserId = core.UserId;
        return task;
    }
}
