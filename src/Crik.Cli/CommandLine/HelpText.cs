using Crik.Configuration;

namespace Crik.CommandLine;

/// <summary>What --help prints.</summary>
internal static class HelpText
{
    private const string ExitCodeText = """

        Exit codes:
          the command's own, or 128+N when signal N ended it; after a checkpoint
          checkpointExitCode. 64 usage or configuration, 123 checkpoint not restored,
          124 image directory locked, 125 crik failed, 126 command not executable,
          127 command not found.

        Examples:
          crik run -- python train.py
          crik run --image-dir /checkpoints --log-format json -- java -jar app.jar
          CRIK_IMAGE_DIR=/checkpoints CRIK_GRACE_PERIOD=2m crik run app

        Settings:

        """;

    public static string Root
    {
        get
        {
            StringBuilder text = new("""
                crik lets a program survive the deletion of its pod: it checkpoints the process
                tree on SIGTERM and restores it in the next pod.

                Usage: crik COMMAND [options]

                Commands:

                """);
            foreach (CommandSpec command in CommandTable.All)
            {
                text.Append($"  {command.Name,-12} {command.Summary}\n");
            }

            AddOptions(text, CommandTable.Common);
            return text.Append("""

                'crik COMMAND --help' says more about a command, and 'crik run --help' lists all
                settings. The entry point of an image can be:
                  ENTRYPOINT ["crik", "run", "--", "python", "train.py"]

                """).ToString();
        }
    }

    public static string Of(CommandSpec command)
    {
        string word = command.Word is null ? "" : $" {command.Word}";
        string usage = command.Name == CommandTable.Run ? $"[options]{word}" : $"{word.TrimStart()} [options]".TrimStart();
        StringBuilder text = new($"Usage: crik {command.Name} {usage}\n\n{command.Details}");
        AddOptions(text, [.. command.Options, .. CommandTable.Common]);
        if (command.Name == CommandTable.Run)
        {
            text.Append(ExitCodeText);
            foreach (OptionKey key in OptionKeys.All)
            {
                text.Append($"  {key.Name}, {key.EnvironmentName}");
                text.Append(key.Choices.Count > 0 ? $" ({string.Join('|', key.Choices)})" : "");
                text.Append(key.DefaultText is { } value ? $", default {value}\n" : "\n");
                text.Append($"      {key.Description}\n");
            }
        }

        return text.ToString();
    }

    private static void AddOptions(StringBuilder text, IReadOnlyList<CommandOption> options)
    {
        text.Append("\nOptions:\n");
        foreach (CommandOption option in options)
        {
            text.Append($"  {(option.Alias is null ? "" : $"{option.Alias}, ")}{option.Name}{(option.Value is null ? "" : $" {option.Value}")}\n");
            text.Append($"      {option.Description}{(option.Otherwise is null ? "" : $" [{option.Otherwise}]")}\n");
        }
    }
}
