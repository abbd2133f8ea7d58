using System.Runtime.InteropServices;
using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Commands;
using Crik.Kubectl.Yaml;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Registry;

namespace Crik.Kubectl;

/// <summary>Turns failures into messages and exit codes, as kubectl does: 1 for every error.</summary>
internal static class Program
{
    private const int Success = 0, Failure = 1, Interrupted = 130;

    public static async Task<int> Main(string[] arguments)
    {
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await RunAsync(arguments, Terminal.OfProcess, stop.Token);

        void Stop(PosixSignalContext context)
        {
            context.Cancel = !stop.IsCancellationRequested; // the command reports what state it leaves behind, unless it is asked twice
            stop.Cancel();
        }
    }

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            if (arguments is [Completion.Stage, ..])
            {
                await terminal.PrintAsync(await CompletionCommand.AnswerAsync(arguments[1..], terminal, cancellationToken));
                return Success;
            }

            return await CommandRunner.RunAsync(CommandLineReader.Read(arguments), terminal, cancellationToken) ? Success : Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await terminal.PrintErrorAsync("error: interrupted\n");
            return Interrupted;
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            await terminal.PrintErrorAsync($"error: {exception.Message}\n");
            return Failure;
        }
    }

    private static bool IsExpected(Exception exception) => exception
        is KubectlException or KubernetesException or ClusterConfigurationException or YamlProblemException or RegistryException
        or IOException or UnauthorizedAccessException;
}
