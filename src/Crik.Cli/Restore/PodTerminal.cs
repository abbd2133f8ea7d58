using Crik.Criu;
using Crik.Criu.Images;
using Crik.Init;
using Crik.Store;

namespace Crik.Restore;

/// <summary>
/// Keeps the size of the pod's terminal when a restored program continues on it. criu gives it the size of the old pod's terminal, unless
/// crik's library prevents that (Native/criu-restores.c). Container engines set the size after the container has started, perhaps while
/// criu restores.
/// </summary>
/// <param name="before">The terminal's size before criu changed it; 0 when it had none.</param>
/// <param name="old">The size of the old pod's terminal.</param>
internal sealed class PodTerminal(int descriptor, ulong before, ulong old)
{
    /// <returns><see langword="null"/> when one of the two pods has no terminal.</returns>
    public static PodTerminal? Find(CheckpointManifest manifest, string images, StandardStreams streams)
    {
        StdioLink? link = manifest.Stdio.FirstOrDefault(link => link.Kind == "tty" && streams.IsTerminal(link.Stream));
        return link is null ? null : new PodTerminal(link.Stream, Libc.WindowSize(link.Stream), SizeOf(link.Key, images));
    }

    /// <summary>
    /// Gives the terminal its own size again, or tells the program about a new size. Call it when the tree is complete and none of it runs.
    /// </summary>
    public void Keep(int root)
    {
        ulong now = Libc.WindowSize(descriptor);
        if (now == old && before != 0)
        {
            Libc.SetWindowSize(descriptor, before);
        }
        else if (now != old && ProcFs.ForegroundGroup(root) is { } group)
        {
            FrozenTree.Send(Signal.SIGWINCH, [-group]); // the kernel could not send it when the size changed, because the tree did not exist yet
        }
    }

    /// <summary>Finds the size of a terminal in the images, in the form of struct winsize: four numbers of 16 bits.</summary>
    private static ulong SizeOf(string key, string images)
    {
        foreach (byte[] message in CriuImage.Read(Path.Combine(images, ImageName.Terminals)).Messages)
        {
            TerminalEntry terminal = new(message);
            if (key == $"tty[{terminal.Device:x}:{terminal.FileSystem:x}]")
            {
                return terminal.Size;
            }
        }

        return 0;
    }
}
