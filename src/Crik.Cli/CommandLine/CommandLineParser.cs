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
        string[] command = args[commandAt..];
        string[] own = args[..commandAt];
        if (command is ["--", ..])
        {
            command = command[1..];
        }

        return own is ["run"] && command.Length > 0 && command[0].Length > 0
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
            if (word == "--")
            {
                return i;
            }

            if (word.StartsWith('-') && word.Length > 1)
            {
                bool takesNext = CommandTable.TakesValue(word) && i + 1 < args.Length && !args[i + 1].StartsWith('-');
                i += takesNext ? 1 : 0;
            }
            else if (inRun)
            {
                return i;
            }
            else if (word != "run")
            {
                return args.Length; // another subcommand, or none that exists: nothing of it is a program's
            }
            else
            {
                inRun = true;
            }
        }

        return args.Length;
    }
}
