using System.Text;

namespace Crik.Commands;

/// <summary>What --help says of the commands beside <c>run</c>. Texts are kept as bytes, which take half the room.</summary>
internal static class ToolHelp
{
    private static ReadOnlySpan<byte> Where => """
          --image-dir DIR     the image directory [imageDir, CRIK_IMAGE_DIR]
          --config-path FILE  configuration file, default /etc/crik/config.yaml
                              [CRIK_CONFIG_PATH]
          -h, --help          print this text

        """u8;

    private static ReadOnlySpan<byte> Check => """
        Usage: crik check [--output table|json]

        Says whether this container is able to checkpoint and restore: one line for
        each thing that matters, ok, warning or problem, with what it means and the
        YAML to add to the pod. A small tree of its own is saved and restored; a crik
        that runs here is not disturbed. Exit code 0 only if a checkpoint can work.

        Options:
          --output table|json

        """u8;

    private static ReadOnlySpan<byte> List => """
        Usage: crik list [--output table|json]

        Shows what is in the image directory: committed checkpoints, those that were
        set aside because they could not be restored, and those being made. 'next'
        marks the one that a start now would restore.

        Options:
          --output table|json

        """u8;

    private static ReadOnlySpan<byte> Inspect => """
        Usage: crik inspect [GENERATION|DIR] [--output table|tree|json]

        Shows what is in a checkpoint (the newest, when none is named): when and where
        it was made, how long the program stood still, its processes, memory, open
        files, sockets and mounts, and whether it fits this machine. DIR is an image
        directory, a checkpoint, or a directory with images of criu's. Of the memory
        nothing is shown but command lines.

        Options:
          --output table|tree|json

        """u8;

    private static ReadOnlySpan<byte> Prune => """
        Usage: crik prune [--keep N]

        Removes the oldest checkpoints beyond N, and what interrupted runs left
        unfinished. Never removes the newest, nor the one that a start would restore.
        Not while a crik runs on the image directory.

        Options:
          --keep N            default: keep, CRIK_KEEP

        """u8;

    private static ReadOnlySpan<byte> Rollback => """
        Usage: crik rollback GENERATION

        Lets the next start restore this checkpoint. Newer ones stay where they are,
        and are not restored unless they are rolled back to in turn. A checkpoint that
        was set aside is taken back. Not while a crik runs on the image directory.

        Options:

        """u8;

    private static ReadOnlySpan<byte> Status => """
        Usage: crik status [--output table|json]

        Shows how the crik that runs this container is: its program, the checkpoint it
        was restored from, the last one it made, why the last one failed, when the next
        one is due, and what it knows of its node. For kubectl exec.

        Options:
          --output table|json

        """u8;

    private static ReadOnlySpan<byte> Checkpoint => """
        Usage: crik checkpoint [--leave-running]

        Has the crik that runs this container make a checkpoint, waits for it, and
        prints its number. The program is ended with it, as at SIGTERM, unless it is
        left running. For kubectl exec, by root or by the user crik runs as.

        Options:
          --leave-running     let the program run on

        """u8;

    /// <returns><see langword="null"/> for a command that is not one of them.</returns>
    public static string? Of(string command)
    {
        ReadOnlySpan<byte> text = command switch
        {
            "check" => Check,
            "status" => Status,
            "checkpoint" => Checkpoint,
            "list" => List,
            "inspect" => Inspect,
            "prune" => Prune,
            "rollback" => Rollback,
            _ => default,
        };
        return text.IsEmpty ? null : Encoding.UTF8.GetString(text) + Encoding.UTF8.GetString(Where);
    }
}
