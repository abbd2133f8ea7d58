using System.Text;
using Crik.Configuration;

namespace Crik.Commands;

/// <summary>What --help and --version say.</summary>
internal static class HelpText
{
    /// <param name="command">A subcommand, or crik itself.</param>
    public static string Of(string command) => command switch
    {
        "run" => Run(),
        "completion" => Completion,
        _ => ToolHelp.Of(command) ?? Root,
    };

    public static string Root => Encoding.UTF8.GetString("""
        crik lets a program survive the deletion of its pod: it checkpoints the process
        tree on SIGTERM and restores it in the next pod.

        Usage:
          crik run [options] -- command [arguments]
          crik status|checkpoint|check|list|inspect|prune|rollback [options]
          crik completion bash|zsh|fish

        Commands:
          run          run a command, or restore it from its checkpoint
          status       show how the crik that runs this container is
          checkpoint   have it make a checkpoint now
          check        say whether this container can checkpoint and restore
          list         show the checkpoints in an image directory
          inspect      show what is in a checkpoint, and whether it fits this machine
          prune        remove old checkpoints
          rollback     choose the checkpoint that the next start restores
          completion   print a completion script for a shell

        Options:
          --debug      log more (logLevel: debug, CRIK_LOG_LEVEL=debug)
          --version    print the version
          -h, --help   print this text; 'crik run --help' lists all settings

        Example, the entry point of an image:
          ENTRYPOINT ["crik", "run", "--", "python", "train.py"]

        """u8);

    public static string Completion => Encoding.UTF8.GetString("""
        Usage: crik completion bash|zsh|fish

        Prints a completion script. To load it:
          bash   source <(crik completion bash)
          zsh    source <(crik completion zsh)
          fish   crik completion fish | source

        """u8);

    private static string RunUsage => Encoding.UTF8.GetString("""
        Runs a command as its init, or restores it when there is a checkpoint of it.

        Usage:
          crik run [options] [--] command [arguments]

        Options (in brackets: key of the configuration file, environment variable):
          --config-path FILE      configuration file, default /etc/crik/config.yaml
                                  [CRIK_CONFIG_PATH]
          --image-dir DIR         where checkpoints go; must outlive the pod
                                  [imageDir, CRIK_IMAGE_DIR]
          --log-format text|json  format of the log on stderr
                                  [logFormat, CRIK_LOG_FORMAT]
          --debug                 log more
                                  [logLevel: debug, CRIK_LOG_LEVEL=debug]
          --version               print the version
          -h, --help              print this text

        Everything from '--', or from the first word that is no option, is the command
        and its arguments. The command line wins over the environment, the environment
        over the file. Lists in variables are separated by colons.

        Examples:
          crik run -- python train.py
          crik run --image-dir /checkpoints --log-format json -- java -jar app.jar
          CRIK_IMAGE_DIR=/checkpoints CRIK_GRACE_PERIOD=2m crik run app

        Exit codes:
          the command's own, or 128+N when signal N ended it; after a checkpoint
          checkpointExitCode. 64 usage or configuration, 123 checkpoint not restored,
          124 image directory locked, 125 crik failed, 126 command not executable,
          127 command not found.

        Settings:

        """u8);

    public static string Version => CrikVersion.WithCommit;

    private static string Run()
    {
        StringBuilder text = new(RunUsage);
        foreach (OptionKey key in OptionKeys.All)
        {
            text.Append($"  {key.Name}, {key.EnvironmentName}");
            text.Append(key.Choices.Count > 0 ? $" ({string.Join('|', key.Choices)})" : "");
            text.Append(key.DefaultText is { } value ? $", default {value}\n" : "\n");
            text.Append($"      {key.Description}\n");
        }

        return text.ToString();
    }
}
