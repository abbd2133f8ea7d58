using Crik.Configuration;

namespace Crik.CommandLine;

/// <summary>The one table of commands and their options. The parser, the help and the completion scripts go by it.</summary>
internal static class CommandTable
{
    public const string Run = "run", Status = "status", Checkpoint = "checkpoint", Check = "check", List = "list", Inspect = "inspect",
        Prune = "prune", Rollback = "rollback", Install = "install", Completion = "completion", ShowVersion = "version", ShowHelp = "help";

    /// <summary>What the help calls a word that names a command.</summary>
    public const string CommandWord = "[COMMAND]";

    public static CommandOption Help { get; } = new("--help", null, "Print this text.", Alias: "-h");

    public static CommandOption Version { get; } = new("--version", null, "Print the version.");

    public static CommandOption Debug { get; } = new("--debug", null, "Log more.", Otherwise: "logLevel: debug, CRIK_LOG_LEVEL=debug");

    public static CommandOption ConfigPath { get; } =
        new("--config-path", "FILE", $"The configuration file. The default, {CrikOptionsFile.DefaultPath}, may be missing.", Otherwise: CrikEnvironment.ConfigPathName);

    public static CommandOption ImageDir { get; } = CommandOption.OfKey("--image-dir", "imageDir", "DIR");

    public static CommandOption LogFormat { get; } = CommandOption.OfKey("--log-format", "logFormat");

    public static CommandOption Output { get; } = new("--output", "table|json|yaml", "The format of the output.", Alias: "-o");

    public static CommandOption Keep { get; } = CommandOption.OfKey("--keep", "keep", "N");

    public static CommandOption DryRun { get; } = new("--dry-run", null, "Only say what would be removed. A crik may run on the image directory.");

    public static CommandOption Slot { get; } = new("--slot", "N", "The slot that is meant, in an image directory with slots (imageDirSlots).");

    public static CommandOption LeaveRunning { get; } = new("--leave-running", null, "Let the program continue to run. Without this option it ends.");

    public static CommandOption AtTermination { get; } =
        new("--at-termination", null, "Only order the checkpoint. SIGTERM will make it, whatever the state of the node is.");

    public static CommandOption Undo { get; } = new("--undo", null, "Take back the order for SIGTERM.");

    public static CommandOption Ready { get; } =
        new("--ready", null, "Print nothing, and exit with 0 if the program runs, and with 1 while crik restores or starts it.");

    /// <summary>Options of crik itself and of every command.</summary>
    public static IReadOnlyList<CommandOption> Common { get; } = [Debug, Version, Help];

    public static IReadOnlyList<CommandSpec> All { get; } =
    [
        new(Run, "[--] command [arguments]", "run a command, or restore it from its checkpoint",
            """
            Runs a command as its init, or restores it when there is a checkpoint of it.
            Everything from '--', or from the first word that is not an option, is the
            command and its arguments. The command line wins over the environment, the
            environment over the configuration file. Lists in variables are separated by
            colons.

            """, ConfigPath, ImageDir, LogFormat),
        new(Status, null, "show the state of the crik that runs this container",
            """
            Shows the state of the crik that runs this container: its program, the
            checkpoint it was restored from, the last checkpoint it made, why the last one
            failed, when the next one is due, and what it knows about its node. Use it with
            kubectl exec. With --ready it is a startup or readiness probe: it answers within
            a second, however long the restore takes. With -o prometheus it prints the
            figures of metricsFile.

            """, Output with { Value = "table|json|yaml|prometheus" }, Ready),
        new(Checkpoint, null, "make a checkpoint now, and end the program with it",
            """
            Has the crik that runs this container make a checkpoint, waits for it, and
            prints its number. The program ends with the checkpoint, as at SIGTERM, unless
            --leave-running is given. Use it with kubectl exec, as root or as the user that crik
            runs as. A process of the program itself may call it too. It gets the answer
            'accepted' at once, because crik cannot save a process that waits for crik;
            'crik status' shows the result later.

            With --at-termination nothing is saved now: the next SIGTERM makes the
            checkpoint, whatever the state of the node is then. The order lasts until crik
            ends. --at-termination --undo takes it back.

            """, LeaveRunning, AtTermination, Undo),
        new(Check, null, "say whether this container can checkpoint and restore",
            """
            Says whether this container can checkpoint and restore. Each line is ok,
            warning, problem, or 'not here' for something that is not needed. It says what
            that means and which YAML to add to the pod. At the end a small process tree is
            saved and restored; a crik that runs here is not disturbed. The exit code is 0
            only if a checkpoint can work.

            """, Output, ImageDir, ConfigPath),
        new(List, null, "show the checkpoints in an image directory",
            """
            Shows what is in the image directory: committed checkpoints, those that were
            set aside because they could not be restored, and those that are being made.
            'next' marks the one that a start now would restore. With imageDirSlots it shows
            all slots, and who uses them.

            """, Output, Slot, ImageDir, ConfigPath),
        new(Inspect, "[GENERATION|DIR]", "show what is in a checkpoint, and whether it fits this machine",
            """
            Shows what is in a checkpoint (the newest, when none is named): when and where
            it was made, how long the program stood still, its processes, memory, open
            files, sockets and mounts, and whether it fits this machine. DIR is an image
            directory, a checkpoint, or a directory with criu's images. Of the memory
            nothing is shown but command lines.

            """, Output with { Value = "table|tree|json|yaml" }, Slot, ImageDir, ConfigPath),
        new(Prune, null, "remove old checkpoints",
            """
            Removes the oldest checkpoints, until N are left, and what interrupted runs left
            unfinished. It never removes the newest, nor the one that a start would restore.
            No crik may run on the image directory.

            """, Keep, DryRun, Slot, ImageDir, ConfigPath),
        new(Rollback, "GENERATION", "choose the checkpoint that the next start restores",
            """
            Lets the next start restore this checkpoint. Newer ones stay where they are, and
            are not restored unless you roll back to one of them. A checkpoint that was set
            aside is taken back. No crik may run on the image directory.

            """, Slot, ImageDir, ConfigPath),
        new(Install, "DIR", "copy the bundle, for a volume that another container mounts",
            """
            Copies crik, criu and their libraries from /opt/crik into the directory, and
            checks that the copied crik can be executed. It is for an init container that has
            the image of the bundle. The program's container mounts the same volume at
            /opt/crik. What is there already is replaced.

            """),
        new(Completion, "bash|zsh|fish", "print a completion script for a shell",
            """
            Prints a completion script. Load it in your shell with:
              bash   source <(crik completion bash)
              zsh    source <(crik completion zsh)
              fish   crik completion fish | source

            """),
        new(ShowVersion, null, "print the version",
            """
            Prints the version of this crik, as 'crik --version' does.

            """),
        new(ShowHelp, CommandWord, "print the help of a command",
            """
            Prints the help of a command, as 'crik COMMAND --help' does, or a list of all
            commands.

            """),
    ];

    /// <summary>Whether the word is an option of <c>crik run</c> with a value.</summary>
    public static bool TakesValue(string word) => Find(Run)!.Options.Any(option => option.Name == word && option.Value is not null);

    public static CommandSpec? Find(string name) => All.FirstOrDefault(command => command.Name == name);
}
