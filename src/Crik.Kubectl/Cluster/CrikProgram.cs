using System.Text.Json;
using System.Text.Json.Nodes;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.Pods;

namespace Crik.Kubectl.Cluster;

/// <summary>Runs crik in a container: the one of the bundle, or else the one that the image has.</summary>
internal sealed class CrikProgram(PodExec exec, string space, string pod, string container)
{
    private ContainerProgram? _program;

    /// <summary>How long each command may take. Null means no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    public string Pod => $"{space}/{pod}";

    private ContainerProgram Program => _program ??= new ContainerProgram(exec, new ExecRequest(space, pod, container, []) { Timeout = Timeout }, PodNames.CrikPrograms);

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, Stream output, Stream error, CancellationToken cancellationToken) =>
        await Program.RunAsync(arguments, new ExecStreams(output, error), cancellationToken) ?? throw NotFound();

    public async Task<(int ExitCode, string Output, string Error)> CaptureAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        ContainerOutput output = await Program.CaptureAsync(arguments, cancellationToken) ?? throw NotFound();
        return (output.ExitCode, output.Output, output.Error);
    }

    /// <summary>Asks crik for a JSON document.</summary>
    /// <exception cref="KubectlException">crik failed or did not print JSON.</exception>
    public async Task<JsonObject> AskAsync(string command, CancellationToken cancellationToken, params string[] options)
    {
        (int code, string output, string error) = await CaptureAsync([command, "-o", "json", .. options], cancellationToken);
        try
        {
            return code == 0 && JsonNode.Parse(output) is JsonObject answer
                ? answer
                : throw new KubectlException($"crik {command} failed with exit code {code}: {ProgramText.LastLine(error)}");
        }
        catch (JsonException exception)
        {
            throw new KubectlException($"crik {command} did not print JSON: {exception.Message}", exception);
        }
    }

    private NoCrikException NotFound() =>
        new($"the container '{container}' of pod {Pod} has no crik: neither {PodNames.CrikProgram} nor crik in its PATH; choose another container with -c");
}
