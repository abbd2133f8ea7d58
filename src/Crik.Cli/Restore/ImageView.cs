using Crik.Criu;
using Crik.Criu.Images;
using Crik.Init;
using Crik.Store;

namespace Crik.Restore;

/// <summary>
/// Makes the directory of images that criu restores from: links to the checkpoint's images, and changed copies of those that refer to the
/// old pod. The directory is in memory if there is room. A tree of 200 processes has 1,200 images, and making a link on a network volume
/// takes a round trip.
/// </summary>
/// <param name="work">The directory to use when there is no room in memory.</param>
internal sealed class ImageView(CheckpointManifest manifest, string work) : IDisposable
{
    private readonly MemoryDirectory _place = MemoryDirectory.TryMake(RoomFor(manifest)) ?? MakePlace(CheckpointLayout.ImagesIn(work));

    public string Path => _place.Path;

    /// <summary>What replaces the old pod's streams: criu's name for each stream, and crik's descriptor.</summary>
    public IReadOnlyList<(string Key, int Descriptor)> Inherited { get; private set; } = [];

    /// <summary>Estimates the bytes that a view takes: copies of all small images, and an entry of the directory for each.</summary>
    public static long RoomFor(CheckpointManifest manifest) =>
        (1 << 20) + manifest.Images.Where(image => !CheckpointLayout.IsPages(image.Name)).Sum(image => image.Size + 4096);

    public void Dispose() => _place.Dispose();

    /// <param name="checkpoint">The directory of a committed checkpoint.</param>
    /// <param name="queues">The message queues, which are open in crik.</param>
    public void Fill(string checkpoint, StandardStreams streams, RestoredQueues queues)
    {
        string images = CheckpointLayout.ImagesIn(checkpoint);
        CriuImage files = CriuImage.Read(System.IO.Path.Combine(images, ImageName.OpenFiles));
        StreamReplacement replacement = new(OpenFiles.HighestId(files) + 1);
        Inherited = Replace(streams, replacement);
        IReadOnlyList<CgroupDirectory> cgroups = Machine.Cgroups();
        PodAddresses addresses = new([.. manifest.Addresses.Select(InterfaceAddress.TryParse).OfType<InterfaceAddress>()], Machine.Addresses());
        Dictionary<string, string> renamed = RenamedFile.Moves(manifest.RenamedFiles);
        PodFiles ofPod = PodFiles.Of(manifest, images);
        bool areFilesChanged = OpenFiles.ReplaceStreams(files, replacement)
            | OpenFiles.Move(files, path => renamed.GetValueOrDefault(path) ?? queues.PathOf(path) ?? CgroupPaths.Move(path, manifest.Cgroups, cgroups))
            | OpenFiles.Readdress(files, addresses) | OpenFiles.Bind(files, manifest.SocketFiles) | OpenFiles.ForgetOwnersOfDeleted(files) | ofPod.Adapt(files)
            | FilesInMessages.PutSendersLast(files, ReceiversOfFiles(images));
        Dictionary<string, CriuImage> threads = RepeatCalls(images);
        foreach (ImageFile image in manifest.Images)
        {
            string source = System.IO.Path.Combine(images, image.Name);
            string target = System.IO.Path.Combine(Path, image.Name);
            Func<CriuImage, bool>? change = image.Name switch
            {
                ImageName.OpenFiles => _ => areFilesChanged,
                ImageName.DeletedFiles => ofPod.ForgetFoundAgain,
                "pstree.img" => TaskTree.KeepDaemons,
                _ when !replacement.IsEmpty && image.Name.StartsWith("fdinfo-", StringComparison.Ordinal) =>
                    table => OpenFiles.ReplaceStreamsInTable(table, replacement),
                _ => null,
            };
            CriuImage? read = change is null ? threads.GetValueOrDefault(image.Name) : image.Name == ImageName.OpenFiles ? files : CriuImage.Read(source);
            if (read is not null && (change is null || change(read)))
            {
                read.Write(target);
            }
            else
            {
                Libc.MakeSymlink(source, target);
            }
        }
    }

    /// <summary>Finds what replaces the old pod's streams.</summary>
    private (string Key, int Descriptor)[] Replace(StandardStreams streams, StreamReplacement replacement)
    {
        List<(string Key, int Descriptor)> inherited = [];
        foreach (StdioLink link in manifest.Stdio)
        {
            if (link.Kind == "tty" && streams.IsTerminal(link.Stream))
            {
                inherited.Add((link.Key, link.Stream));
                continue;
            }

            foreach (uint id in link.ImageIds)
            {
                replacement.Add(id, link.Stream);
            }

            inherited.Add((StreamReplacement.Name(link.Stream), link.Stream));
            if (link.Kind is "pipe" or "file")
            {
                inherited.Add((link.Key, link.Stream)); // for a program that opened the stream a second time, as through /dev/stdout
            }
        }

        return [.. inherited.DistinctBy(item => item.Key)];
    }

    private HashSet<uint> ReceiversOfFiles(string images) => manifest.Images.Any(image => image.Name == ImageName.SocketQueues)
        ? FilesInMessages.Receivers(CriuImage.Read(System.IO.Path.Combine(images, ImageName.SocketQueues), message => new SocketMessageEntry(message).Length))
        : [];

    /// <returns>The changed images of threads, by name.</returns>
    private Dictionary<string, CriuImage> RepeatCalls(string images)
    {
        HashSet<string> names = [.. manifest.Images.Select(image => image.Name)];
        CriuImage? Read(string name) => names.Contains(name) ? CriuImage.Read(System.IO.Path.Combine(images, name)) : null;
        return Read(ImageName.Processes) is { } tree ? InterruptedCalls.Repeat(tree, Read) : [];
    }

    private static MemoryDirectory MakePlace(string path)
    {
        Libc.MakeDirectory(path, FileModes.OwnDirectory);
        return new MemoryDirectory(path);
    }
}
