using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Steps;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.NodeAgent.Engines;

/// <summary>Gives orders to the crik in a container, by commands that the API server runs there.</summary>
internal sealed partial class CrikInPod(PodExec exec) : ICrik
{
    /// <summary>How long crik may take to answer a question.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>How much longer than the checkpoint the command may take.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(5);

    public async Task<bool> AnswersAsync(ContainerName container, CancellationToken cancellationToken)
    {
        try
        {
            return await Program(container, s_patience).CaptureAsync(["status", "--ready"], cancellationToken) is { ExitCode: 0 };
        }
        catch (KubernetesException problem) when (!MayPass(problem))
        {
            return false; // the container runtime cannot start it
        }
    }

    public async Task<CrikAnswer> CheckpointAsync(ContainerName container, bool runsOn, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using MemoryStream output = new();
        using MemoryStream error = new();
        try
        {
            string[] order = runsOn ? ["checkpoint", "--leave-running"] : ["checkpoint"];
            int? code = await Program(container, timeout + s_margin).RunAsync(order, new ExecStreams(output, error), cancellationToken);
            return Made(output) is { } made ? made
                : code is null ? new CrikAnswer.Refused($"The container {container} has no crik.")
                : new CrikAnswer.Refused($"crik made no checkpoint of the container {container}: {ProgramText.LastLine(Text(error))}");
        }
        catch (KubernetesException problem)
        {
            // The program has ended with its checkpoint, and the container and the connection with it.
            return Made(output) is { } made ? made
                : MayPass(problem) ? new CrikAnswer.Lost(problem.Message)
                : new CrikAnswer.Refused($"crik in the container {container} cannot be asked: {problem.Message}");
        }
    }

    public async Task<CrikGeneration?> NewestAsync(ContainerName container, DateTimeOffset since, CancellationToken cancellationToken)
    {
        try
        {
            return await Program(container, s_patience).CaptureAsync(["list", "-o", "json"], cancellationToken) is { ExitCode: 0 } list ? Newest(list.Output, since) : null;
        }
        catch (KubernetesException)
        {
            return null; // the container may be starting again
        }
    }

    /// <param name="list">What `crik list -o json` prints.</param>
    internal static CrikGeneration? Newest(string list, DateTimeOffset since)
    {
        try
        {
            return JsonNode.Parse(list).At("checkpoints").Maps()
                .Where(static checkpoint => checkpoint.At("state").Text() is "committed")
                .Select(static checkpoint => checkpoint.At("generation").Number() is { } number
                    && DateTimeOffset.TryParse(checkpoint.At("createdAt").Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
                        ? new CrikGeneration(number, checkpoint.At("bytes").Number(), at) : null)
                .OfType<CrikGeneration>().Where(generation => generation.MadeAt >= since).MaxBy(static generation => generation.Number);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>An API server that is silent, busy or broken has said nothing about crik.</summary>
    private static bool MayPass(KubernetesException problem) =>
        problem.Failure is KubernetesFailure.NoAnswer || problem.Status is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    private static CrikAnswer.Made? Made(MemoryStream output) =>
        MadeLine().Match(Text(output)) is { Success: true } match && long.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out long number)
            ? new CrikAnswer.Made(new CrikGeneration(number, null, null)) : null;

    private static string Text(MemoryStream stream) => Encoding.UTF8.GetString(stream.ToArray());

    private ContainerProgram Program(ContainerName container, TimeSpan timeout) =>
        new(exec, new ExecRequest(container.Namespace, container.Pod, container.Container, []) { Timeout = timeout }, PodNames.CrikPrograms);

    [GeneratedRegex(@"^checkpoint ([0-9]{1,18}) was made\s*$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex MadeLine();
}
