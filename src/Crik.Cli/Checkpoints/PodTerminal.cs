using Crik.Criu;
using Crik.Init;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>
/// The pod's terminal, where a restored program goes on on one. Its size is what counts then, and container engines set it when the
/// container runs already, perhaps while criu restores. criu gives it the size of the old one, unless crik's library keeps it from that
/// (Native/criu-restores.c).
/// </summary>
/// <param name="before">Its size before criu saw it; 0 when it had none.</param>
/// <param name="old">The size that the old one had.</param>
internal sealed class PodTerminal(int descriptor, ulong before, ulong old)
{
    /// <param name="images">The checkpoint's.</param>
    /// <returns><see langword="null"/> when one of the two pods has no terminal.</returns>
    public static PodTerminal? Find(CheckpointManifest manifest, string images, StandardStreams streams)
    {
        StdioLink? link = manifest.Stdio.FirstOrDefault(link => link.Kind == "tty" && streams.IsTerminal(link.Stream));
        return link is null ? null : new PodTerminal(link.Stream, Libc.WindowSize(link.Stream), SizeOf(link.Key, images));
    }

    /// <summary>To be called when the tree is there and none of it runs. Only a program whose terminal has changed hears of it.</summary>
    public void Keep(int root)
    {
        ulong now = Libc.WindowSize(descriptor);
        if (now == old && before != 0)
        {
            Libc.SetWindowSize(descriptor, before);
        }
        else if (now != old && ProcFs.ForegroundGroup(root) is { } group)
        {
            FrozenTree.Send(Signal.SIGWINCH, [-group]); // the kernel has told nobody: the tree was not there yet
        }
    }

    /// <summary>images/tty.proto: of a terminal rdev 8, winsize 11, dev 13; of a size rows, columns and both in pixels.</summary>
    private static ulong SizeOf(string key, string images)
    {
        foreach (byte[] terminal in CriuImage.Read(Path.Combine(images, "tty-info.img")).Messages)
        {
            if (key == $"tty[{ProtoReader.FindNumber(terminal, 8):x}:{ProtoReader.FindNumber(terminal, 13):x}]")
            {
                ReadOnlySpan<byte> size = ProtoReader.FindBytes(terminal, 11);
                return ProtoReader.FindNumber(size, 1) | (ProtoReader.FindNumber(size, 2) << 16) | (ProtoReader.FindNumber(size, 3) << 32)
                    | (ProtoReader.FindNumber(size, 4) << 48);
            }
        }

        return 0;
    }
}
