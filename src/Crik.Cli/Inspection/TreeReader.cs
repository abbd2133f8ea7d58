using System.Text;
using Crik.Checkpoints;
using Crik.Criu;

namespace Crik.Inspection;

/// <summary>Reads the processes of a checkpoint (images/pstree.proto, core.proto, fs.proto).</summary>
internal sealed class TreeReader(ImageSet images)
{
    private const int MostTasks = 100_000;

    private readonly Dictionary<ulong, PageMap?> _shared = [];

    /// <summary>In the order of the images: parents come before their children.</summary>
    /// <param name="streams">By the ids of the open files that are the container's streams.</param>
    public SavedTask[] Read(Dictionary<uint, StdioLink> streams)
    {
        SavedTask[] tasks = images.Read("pstree.img", ReadTree);
        FileReader files = new(images, streams);
        foreach (SavedTask task in tasks)
        {
            images.Read($"core-{task.Pid}.img", messages => ReadCore(task, messages[0]));
            if (!task.IsDead) // a zombie has nothing else
            {
                ReadMemory(task, files);
                task.WorkingDirectory = files.PathOf(images.Read($"fs-{task.Pid}.img", messages => (uint)ProtoReader.FindNumber(messages[0], 1)));
                task.Files = files.ReadTable(images.Read($"ids-{task.Pid}.img", messages => (uint)ProtoReader.FindNumber(messages[0], 2)));
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
            byte[] message = messages[i];
            SavedTask task = new((int)ProtoReader.FindNumber(message, 1))
            {
                Parent = (int)ProtoReader.FindNumber(message, 2),
                Group = (int)ProtoReader.FindNumber(message, 3),
                Session = (int)ProtoReader.FindNumber(message, 4),
                Threads = ProtoReader.Count(message, 5),
            };
            if (task.Pid <= 0 || before.ContainsKey((uint)task.Pid))
            {
                throw new InvalidDataException($"the process number {task.Pid} makes no sense");
            }

            // Only a parent that came before counts: so there are no rings, whatever the image says.
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
        AddressSpace space = images.Read($"mm-{task.Pid}.img", messages => new AddressSpace(messages[0]));
        task.MappedBytes = space.Bytes;
        task.Executable = files.PathOf(space.Executable);
        images.Read($"pagemap-{task.Pid}.img", messages =>
        {
            PageMap pages = PageMap.Read(messages);
            task.SavedBytes = pages.Bytes;
            return task.Command = space.ReadCommand(pages, images);
        });
        foreach (ulong file in space.SharedFiles)
        {
            space.Shared.Add(files.FindSharedMemory(file));
        }

        foreach (ulong id in space.Shared)
        {
            task.SharedBytes += SharedBytes(id);
        }
    }

    private long SharedBytes(ulong id)
    {
        if (!_shared.TryGetValue(id, out PageMap? pages))
        {
            string name = $"pagemap-shmem-{id}.img";
            pages = images.Has(name) ? images.Read(name, PageMap.Read) : null;
            _shared.Add(id, pages);
        }

        return pages?.Bytes ?? 0;
    }

    private static SavedTask ReadCore(SavedTask task, ReadOnlySpan<byte> core)
    {
        ReadOnlySpan<byte> own = ProtoReader.FindBytes(core, 3); // task_core_entry
        ulong state = ProtoReader.FindNumber(own, 1);
        task.Name = Encoding.UTF8.GetString(ProtoReader.FindBytes(own, 6));
        task.State = state switch { 1 => "alive", 2 or 6 => "zombie", 3 => "stopped", _ => $"state {state}" };
        task.IsDead = state is 2 or 6;
        task.UserId = (uint)ProtoReader.FindNumber(ProtoReader.FindBytes(ProtoReader.FindBytes(core, 5), 10), 1); // thread_core, creds
        return task;
    }
}
