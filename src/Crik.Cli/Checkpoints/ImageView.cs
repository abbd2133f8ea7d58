using Crik.Criu;
using Crik.Init;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>
/// The images as criu is shown them for a restore: links to those of the checkpoint, and changed copies of those that speak of
/// the old pod. It lies in memory where there is room: a tree of 200 processes has 1,200 images, and a link on a network volume
/// is a round trip.
/// </summary>
internal sealed class ImageView : IDisposable
{
    private ImageView(string path)
    {
        Path = path;
    }

    public string Path { get; }

    /// <summary>What stands in for the old pod's streams: criu's name for it, and crik's descriptor.</summary>
    public IReadOnlyList<(string Key, int Descriptor)> Inherited { get; private set; } = [];

    /// <param name="checkpoint">A committed checkpoint.</param>
    /// <param name="work">Where the view goes when memory is short.</param>
    public static ImageView LayOut(string checkpoint, CheckpointManifest manifest, string work, StandardStreams streams)
    {
        ImageView view = new(MakePlace(manifest, work));
        try
        {
            view.Fill(System.IO.Path.Combine(checkpoint, "images"), manifest, streams);
            return view;
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    /// <summary>Copies of the small images, and what a directory entry takes.</summary>
    public static long RoomFor(CheckpointManifest manifest) =>
        (1 << 20) + manifest.Images.Where(image => !image.Name.StartsWith("pages-", StringComparison.Ordinal)).Sum(image => image.Size + 4096);

    public void Dispose() => MemoryDirectory.Remove(Path);

    private static string MakePlace(CheckpointManifest manifest, string work)
    {
        if (MemoryDirectory.TryMake(RoomFor(manifest)) is { } inMemory)
        {
            return inMemory;
        }

        string path = System.IO.Path.Combine(work, "images");
        Libc.MakeDirectory(path, 0x1C0);
        return path;
    }

    private void Fill(string images, CheckpointManifest manifest, StandardStreams streams)
    {
        CriuImage files = CriuImage.Read(System.IO.Path.Combine(images, "files.img"));
        StreamReplacement replacement = new(OpenFiles.HighestId(files) + 1);
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
                inherited.Add((link.Key, link.Stream)); // opened a second time, as through /dev/stdout
            }
        }

        Inherited = [.. inherited.DistinctBy(item => item.Key)];
        IReadOnlyList<CgroupDirectory> cgroups = Machine.Cgroups();
        PodAddresses addresses = new([.. manifest.Addresses.Select(InterfaceAddress.TryParse).OfType<InterfaceAddress>()], Machine.Addresses());
        bool WriteIfChanged(string name, string source, string target) => name switch
        {
            "files.img" => TryWrite(files, target, OpenFiles.ReplaceStreams(files, replacement)
                | OpenFiles.Move(files, path => CgroupPaths.Move(path, manifest.Cgroups, cgroups)) | OpenFiles.Readdress(files, addresses)
                | OpenFiles.ForgetOwnersOfDeleted(files)),
            "pstree.img" => TryWriteChanged(source, target, TaskTree.KeepDaemons),
            _ when !replacement.IsEmpty && name.StartsWith("fdinfo-", StringComparison.Ordinal) =>
                TryWriteChanged(source, target, image => OpenFiles.ReplaceStreamsInTable(image, replacement)),
            _ => false,
        };

        foreach (ImageFile image in manifest.Images)
        {
            string source = System.IO.Path.Combine(images, image.Name);
            string target = System.IO.Path.Combine(Path, image.Name);
            if (!WriteIfChanged(image.Name, source, target))
            {
                Libc.MakeSymlink(source, target);
            }
        }
    }

    private static bool TryWriteChanged(string source, string target, Func<CriuImage, bool> change)
    {
        CriuImage image = CriuImage.Read(source);
        return TryWrite(image, target, change(image));
    }

    private static bool TryWrite(CriuImage image, string target, bool isChanged)
    {
        if (isChanged)
        {
            image.Write(target);
        }

        return isChanged;
    }
}
