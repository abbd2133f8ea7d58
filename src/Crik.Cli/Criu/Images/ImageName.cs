namespace Crik.Criu.Images;

/// <summary>The names of the image files in the directory of one dump (criu/image-desc.c).</summary>
internal static class ImageName
{
    public const string Inventory = "inventory.img";
    public const string Processes = "pstree.img";
    public const string OpenFiles = "files.img";
    public const string Terminals = "tty-info.img";
    public const string MemoryFiles = "memfd.img";
    public const string DeletedFiles = "remap-fpath.img";
    public const string SocketQueues = "sk-queues.img";
    public const string MessageQueues = "crik-mqueue.img";
    public const string DumpStatistics = "stats-dump";

    /// <summary>How the names of the images of memory pages begin.</summary>
    public const string PagesPrefix = "pages-";

    /// <summary>How the names of the tables of descriptors begin.</summary>
    public const string DescriptorsPrefix = "fdinfo-";

    /// <summary>How the names of the images of mount namespaces begin.</summary>
    public const string MountsPrefix = "mountpoints-";

    /// <summary>How the names of the images of address spaces begin. Each living process has one.</summary>
    public const string MemoryPrefix = "mm-";

    /// <summary>How the name of the image of an IPC namespace begins, which is there when the tree had one of its own.</summary>
    public const string IpcNamespacePrefix = "ipcns-var-";

    public static string Core(int pid) => $"core-{pid}.img";

    public static string Ids(int pid) => $"ids-{pid}.img";

    public static string Memory(int pid) => $"{MemoryPrefix}{pid}.img";

    public static string Directories(int pid) => $"fs-{pid}.img";

    public static string PageMap(int pid) => $"pagemap-{pid}.img";

    public static string SharedPageMap(ulong sharedMemory) => $"pagemap-shmem-{sharedMemory}.img";

    public static string DeletedFile(uint id) => $"ghost-file-{id:x}.img";

    public static string Pages(uint id) => $"{PagesPrefix}{id}.img";

    public static string Descriptors(uint table) => $"{DescriptorsPrefix}{table}.img";
}
