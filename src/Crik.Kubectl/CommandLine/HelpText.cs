using System.Text;

namespace Crik.Kubectl.CommandLine;

/// <summary>What --help prints.</summary>
internal static class HelpText
{
    public static string Root
    {
        get
        {
            StringBuilder text = new("""
                Lets pods survive their nodes: shows and controls the pods that run under crik,
                and adds crik to manifests.

                Usage:
                  kubectl crik COMMAND [options]

                Commands:

                """);
            foreach (CommandSpec command in CommandTable.All)
            {
                text.Append($"  {command.Name,-12} {command.Summary}\n");
            }

            AddOptions(text, CommandTable.Common);
            return text.Append("\nUse \"kubectl crik COMMAND --help\" for more about a command.\n").ToString();
        }
    }

    public static string Of(CommandSpec command)
    {
        StringBuilder text = new(command.Details);
        text.Append("\nExamples:\n");
        foreach (string line in command.Examples.TrimEnd('\n').Split('\n'))
        {
            text.Append($"  {line}\n");
        }

        text.Append($"\nUsage:\n  {string.Join(' ', ["kubectl", "crik", command.Name, .. command.Words, "[options]"])}\n");
        AddOptions(text, [.. command.Options, .. CommandTable.Common]);
        return text.ToString();
    }

    private static void AddOptions(StringBuilder text, IReadOnlyList<CommandOption> options)
    {
        text.Append("\nOptions:\n");
        foreach (CommandOption option in options)
        {
            text.Append($"  {(option.Alias is null ? "" : $"{option.Alias}, ")}{option.Name}{(option.Value is null ? "" : $" {option.Value}")}\n");
            text.Append($"      {option.Description}\n");
        }
    }
}
