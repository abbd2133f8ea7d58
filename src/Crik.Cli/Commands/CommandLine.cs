using Crik.Configuration;

namespace Crik.Commands;

/// <summary>
/// The command line of crik. What belongs to the program is cut off first, untouched; only what is left, and only when it
/// holds an option, goes through System.CommandLine: `crik run -- app` pays nothing for it.
/// </summary>
internal static class CommandLine
{
    private static readonly string[] s_optionsWithValue = ["--config-path", "--image-dir", "--log-format"];

    public static CommandLineRequest Parse(string[] args)
    {
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

    public static PrintRequest UsageError(string problem, string help) =>
        new($"crik: {problem}\nTry '{help} --help' for more information.\n", ExitCodes.Usage, ToStandardError: true);

    /// <summary>Where the program's words begin: at `--`, or at the first word after `run` that is no option nor its value.</summary>
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
                bool takesNext = s_optionsWithValue.Contains(word) && i + 1 < args.Length && !args[i + 1].StartsWith('-');
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
