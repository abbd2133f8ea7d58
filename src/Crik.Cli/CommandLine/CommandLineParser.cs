using Crik.Configuration;

namespace Crik.CommandLine;

/// <summary>
/// Reads the command line of crik. It cuts off the words of the program first and does not touch them. Only what is left, and only
/// when it is more than <c>run</c>, goes through System.CommandLine: <c>crik run -- app</c> pays nothing for it.
/// </summary>
internal static class CommandLineParser
{
    public static CommandLineRequest Parse(string[] args)
    {
        if (args is [Completion.Stage, ..])
        {
            return new PrintRequest(Completion.Answer(args.AsSpan(1)));
        }

        int commandAt = FindCommand(args);
        string[] own = args[..commandAt];
        string[] command = args[commandAt..] is ["--", .. string[] words] ? words : args[commandAt..];
        return own is ["run"] && command is [{ Length: > 0 }, ..]
            ? new RunRequest(new CommandLineOverrides(), command)
            : CommandLineTree.Parse(own, command);
    }

    /// <summary>Finds where the program's words begin: at <c>--</c>, or at the first word after <c>run</c> that is no option nor its value.</summary>
    private static int FindCommand(string[] args)
    {
        bool inRun = false;
        for (int i = 0; i < args.Length; i++)
        {
            string word = args[i];
            bool isOption = word.StartsWith('-') && word.Length > 1;
            if (word == "--" || (inRun && !isOption))
            {
                return i;
            }

            if (isOption)
            {
                i += CommandTable.TakesValue(word) && i + 1 < args.Length && !args[i + 1].StartsWith('-') ? 1 : 0;
            }
            else if (word != "run")
            {
                break; // another subcommand, or none that exists: nothing of it is a program's
            }
            else
            {
                inRun = true;
            }
        }

        return args.Length;
    }
}
