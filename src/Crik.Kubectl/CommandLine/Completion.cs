namespace Crik.Kubectl.CommandLine;

/// <summary>Says what can follow on a command line that somebody is typing.</summary>
internal abstract record Completion
{
    /// <summary>
    /// The first argument with which completion scripts ask. kubectl asks plugins in the same way, through a program that
    /// is called kubectl_complete-NAME (k8s.io/kubectl/pkg/cmd/plugin/plugin_completion.go).
    /// </summary>
    public const string Stage = "__complete";

    private Completion()
    {
    }

    /// <summary>One of these words, each with a tab and its meaning if it has one.</summary>
    public sealed record Words(IReadOnlyList<string> Choices) : Completion;

    public sealed record Files : Completion;

    /// <summary>The name of a pod, which only the cluster knows.</summary>
    public sealed record Pods : Completion;

    /// <summary>The name of a PodCheckpoint.</summary>
    public sealed record Checkpoints : Completion;

    public sealed record Namespaces : Completion;

    public sealed record Nodes : Completion;

    public sealed record Nothing : Completion;

    /// <param name="words">The words after the program, up to the one that is being typed, which may be empty.</param>
    public static Completion Of(IReadOnlyList<string> words)
    {
        CommandSpec? command = null;
        CommandOption? waiting = null; // the option whose value comes next
        int given = 0;
        foreach (string word in words.SkipLast(1))
        {
            if (waiting is not null)
            {
                waiting = null;
            }
            else if (word.StartsWith('-'))
            {
                waiting = Options(command).FirstOrDefault(option => option.Value is not null && (option.Name == word || option.Alias == word));
            }
            else if (command is null)
            {
                command = CommandTable.Find(word);
            }
            else
            {
                given++;
            }
        }

        string typed = words.Count > 0 ? words[^1] : "";
        return waiting is not null ? OfValue(waiting)
            : typed.StartsWith('-') ? new Words([.. Options(command).Select(static option => $"{option.Name}\t{option.Description}")])
            : command is null || (command.Name == CommandTable.Help && given == 0)
                ? new Words([.. CommandTable.All.Select(static known => $"{known.Name}\t{known.Summary}")])
            : OfWord(command.Words.ElementAtOrDefault(given) ?? command.Words.FirstOrDefault(static word => word.Contains("...", StringComparison.Ordinal)));
    }

    private static Completion OfWord(string? word) =>
        word is null ? new Nothing()
        : word.Contains(CommandTable.Pod, StringComparison.Ordinal) ? new Pods()
        : word == MovingCommands.Node ? new Nodes()
        : word == CommandTable.SavedCheckpoint ? new Checkpoints()
        : word.Contains('|') ? new Words(word.Split('|'))
        : new Nothing();

    private static IEnumerable<CommandOption> Options(CommandSpec? command) => [.. command?.Options ?? [], .. CommandTable.Common];

    private static Completion OfValue(CommandOption option) =>
        option.Choices.Count > 0 ? new Words(option.Choices)
        : option.Value == "FILE" ? new Files()
        : option.Name == CommandTable.Namespace.Name ? new Namespaces()
        : option.Name == CommandTable.To.Name ? new Nodes()
        : new Nothing();
}
