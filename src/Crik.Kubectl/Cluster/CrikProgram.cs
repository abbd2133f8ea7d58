using System.Text.Json;
using System.Text.Json.Nodes;
using Crik.Kubectl.Output;
using Crik.Kubernetes.Exec;
using Crik.Pods;

namespace Crik.Kubectl.Cluster;

/// <summary>Runs crik in a container: the one of the bundle, or else the one that the image has.</summary>
internal sealed class CrikProgram(PodExec exec, string space, string pod, string container)
{
    private static readonly string[] s_places = [PodNames.CrikProgram, "crik"];

    private string? _found;

    /// <summary>How long each command may take. Null means no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    public string Pod => $"{space}/{pod}";

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, Stream output, Stream error, CancellationToken cancellationToken)
    {
        foreach (string place in Places())
        {
            ExecEnding ending = await exec.RunAsync(Request(place, arguments), new ExecStreams(output, error), cancellationToken);
            if (ExitCode(ending) is { } code)
            {
                _found = place;
                return code;
            }
        }

        throw NotFound();
    }

    public async Task<(int ExitCode, string Output, string Error)> CaptureAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        foreach (string place in Places())
        {
            ExecOutput output = await exec.CaptureAsync(Request(place, arguments), cancellationToken);
            if (ExitCode(output.Ending) is { } code)
            {
                _found = place;
                return (code, output.OutputText, output.ErrorText);
            }
        }

        throw NotFound();
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
                : throw new KubectlException($"crik {command} failed with exit code {code}: {LastLine(error)}");
        }
        catch (JsonException exception)
        {
            throw new KubectlException($"crik {command} did not print JSON: {exception.Message}", exception);
        }
    }

    /// <summary>The log of crik has a time before the message.</summary>
    private static string LastLine(string text) =>
        Words.Printable(text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it printed nothing");

    private string[] Places() => _found is { } known ? [known] : s_places;

    private ExecRequest Request(string place, IReadOnlyList<string> arguments) => new(space, pod, container, [place, .. arguments]) { Timeout = Timeout };

    /// <summary>CRI-O reports a missing command as exit code 255 or 127 of its own monitor, which crik never ends with here.</summary>
    /// <returns>Null if the container has no such program.</returns>
    private static int? ExitCode(ExecEnding ending) => ending switch
    {
        ExecEnding.Exited { Code: 127 or 255 } => null,
        ExecEnding.Exited exited => exited.Code,
        ExecEnding.NotStarted { IsNoSuchCommand: true } => null,
        ExecEnding.NotStarted problem => throw new KubectlException($"crik cannot be started in the container: {Words.Printable(problem.Message)}"),
        _ => throw new InvalidOperationException("nobody knows this ending"),
    };

    private KubectlException NotFound() =>
        new($"the container '{container}' of pod {Pod} has no crik: neither {PodNames.CrikProgram} nor crik in its PATH; choose another container with -c");
}
