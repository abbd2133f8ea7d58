using System.Text;
using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Exec;

/// <summary>A program in a container that can be at one of several places there.</summary>
/// <param name="container">The container. Its command is not used.</param>
/// <param name="places">Where the program can be, in the order in which they are tried.</param>
public sealed class ContainerProgram(PodExec exec, ExecRequest container, IReadOnlyList<string> places)
{
    private const int LongestOutput = 16 << 20;

    private string? _found;

    /// <returns>The exit code, or null if the program is at none of the places.</returns>
    /// <exception cref="KubernetesException">The command could not be run, or its end is not known.</exception>
    public async Task<int?> RunAsync(IReadOnlyList<string> arguments, ExecStreams streams, CancellationToken cancellationToken)
    {
        foreach (string place in _found is { } known ? [known] : places)
        {
            ExecEnding ending = await exec.RunAsync(container with { Command = [place, .. arguments] }, streams, cancellationToken);
            if (ExitCode(ending) is { } code)
            {
                _found = place;
                return code;
            }
        }

        return null;
    }

    /// <summary>Runs the program and keeps what it writes.</summary>
    /// <returns>Null if the program is at none of the places.</returns>
    /// <exception cref="KubernetesException">As in <see cref="RunAsync"/>, or the output is too long.</exception>
    public async Task<ContainerOutput?> CaptureAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        string source = $"'{places[0]}' in pod {container.Namespace}/{container.Pod}";
        using BoundedBuffer output = new(LongestOutput, source);
        using BoundedBuffer error = new(LongestOutput, source);
        int? code = await RunAsync(arguments, new ExecStreams(output, error), cancellationToken);
        return code is { } ended ? new ContainerOutput(ended, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray())) : null;
    }

    /// <summary>CRI-O reports a missing command as exit code 255 or 127 of its own monitor.</summary>
    /// <returns>Null if the container has no such program.</returns>
    private static int? ExitCode(ExecEnding ending) => ending switch
    {
        ExecEnding.Exited { Code: 127 or 255 } => null,
        ExecEnding.Exited exited => exited.Code,
        ExecEnding.NotStarted { IsNoSuchCommand: true } => null,
        ExecEnding.NotStarted problem => throw KubernetesException.NotUnderstood($"the program cannot be started in the container: {ProgramText.Line(problem.Message)}"),
        _ => throw new InvalidOperationException("nobody knows this ending"),
    };
}
