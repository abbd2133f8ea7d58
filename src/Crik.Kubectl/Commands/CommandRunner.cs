using Crik.Kubectl.CommandLine;

namespace Crik.Kubectl.Commands;

/// <summary>Hands a command line to the command that it names.</summary>
internal static class CommandRunner
{
    /// <returns>False if the command did its work, and its answer is a bad one.</returns>
    public static async Task<bool> RunAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        if (invocation.Has(CommandTable.ShowHelp) || invocation.Command is null)
        {
            await terminal.PrintAsync(invocation.Command is { } known ? HelpText.Of(known) : HelpText.Root);
            return true;
        }

        switch (invocation.Command.Name)
        {
            case CommandTable.Status:
                return await StatusCommand.RunAsync(invocation, terminal, cancellationToken);
            case CommandTable.Checkpoint:
                return await CheckpointCommand.RunAsync(invocation, terminal, cancellationToken);
            case CommandTable.Restore:
                return await RestoreCommand.RunAsync(invocation, terminal, cancellationToken);
            case MovingCommands.Migrate:
                return await MigrateCommand.RunAsync(invocation, terminal, cancellationToken);
            case MovingCommands.Migrations:
                return await MigrationsCommand.RunAsync(invocation, terminal, cancellationToken);
            case MovingCommands.Drain:
                return await DrainCommand.RunAsync(invocation, terminal, cancellationToken);
            case CommandTable.List:
                return await ListCommand.RunAsync(invocation, terminal, cancellationToken);
            case CommandTable.Inspect:
                return await PodCommand.RunAsync(invocation, invocation.Words[0], terminal, cancellationToken);
            case CommandTable.Rollback:
                return await RollbackCommand.RunAsync(invocation, terminal, cancellationToken);
            case CommandTable.Explain:
                return await ExplainCommand.RunAsync(invocation, terminal, cancellationToken);
            case CommandTable.Inject:
                return await InjectCommand.RunAsync(invocation, terminal, cancellationToken);
            case CommandTable.Uninject:
                return await UninjectCommand.RunAsync(invocation, terminal, cancellationToken);
            default:
                await terminal.PrintAsync(TextOf(invocation.Command, invocation.Words));
                return true;
        }
    }

    private static string TextOf(CommandSpec command, IReadOnlyList<string> words) => command.Name switch
    {
        CommandTable.ShowVersion => $"kubectl-crik {KubectlVersion.WithCommit}\n",
        CommandTable.ShowCompletion => CompletionScripts.Find(words[0]) ?? throw new KubectlException($"unknown shell '{words[0]}': write bash, zsh or fish"),
        _ when words.Count == 0 => HelpText.Root,
        _ => HelpText.Of(CommandTable.Find(words[0]) ?? throw new KubectlException($"unknown command '{words[0]}'")),
    };
}
