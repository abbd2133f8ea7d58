using System.Globalization;
using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Placing;

/// <summary>
/// Says whether a Job survives that one of its pods is deleted: it counts that as a failure (isPodFailed and matchPodFailurePolicy in
/// pkg/controller/job of Kubernetes 1.36). It is pure.
/// </summary>
internal static class JobFailures
{
    /// <summary>With which code crik ends after a checkpoint if nothing says otherwise.</summary>
    private const long UsualExitCode = 143;

    private const string IndexFailures = "batch.kubernetes.io/job-index-failure-count";

    /// <param name="containers">The containers under crik.</param>
    /// <returns>Null if the Job goes on.</returns>
    public static Place.Refused? Obstacle(JsonObject job, JsonObject pod, IReadOnlyList<string> containers)
    {
        JsonNode? spec = job.At("spec");
        string name = job.At("metadata", "name").Text() ?? "";
        string[] actions = [.. containers.Select(container => ActionOf(spec, container, ExitCodeOf(pod, container))).OfType<string>()];
        if (actions.FirstOrDefault(static action => action is "FailJob" or "FailIndex") is { } end)
        {
            return No($"The podFailurePolicy of the Job {name} has the action {end} for the exit code of crik after a checkpoint.");
        }

        if (actions.Length == containers.Count && actions.All(static action => action is "Ignore"))
        {
            return null;
        }

        return Exhausted(job, pod);
    }

    /// <summary>Whether the Job goes on if a pod without crik is deleted. Nobody knows its exit code, so no rule may end the Job.</summary>
    public static bool MayLose(JsonObject job, JsonObject pod) =>
        !job.At("spec", "podFailurePolicy", "rules").Maps().Any(static rule => rule.At("action").Text() is "FailJob" or "FailIndex") && Exhausted(job, pod) is null;

    private static Place.Refused? Exhausted(JsonObject job, JsonObject pod)
    {
        JsonNode? spec = job.At("spec");
        string name = job.At("metadata", "name").Text() ?? "";
        long failed = (job.At("status", "failed").Number() ?? 0) + job.At("status", "uncountedTerminatedPods", "failed").Texts().Count;
        return spec.At("backoffLimit").Number() is { } limit && failed >= limit
                ? No($"The Job {name} has counted {failed} failures, and its backoffLimit is {limit}. It would count the pod that moves too, and fail.")
            : spec.At("backoffLimitPerIndex").Number() is { } most && FailuresOf(pod) is var before && before >= most
                ? No($"The Job {name} has counted {before} failures of this index, and its backoffLimitPerIndex is {most}. It would give the index up.")
            : null;
    }

    /// <returns>What the first rule that matches does, or null.</returns>
    private static string? ActionOf(JsonNode? spec, string container, long code) => spec.At("podFailurePolicy", "rules").Maps()
        .Where(rule => rule.At("onExitCodes") is { } codes && (codes.At("containerName").Text() is not { } only || only == container)
            && (codes.At("values") as JsonArray ?? []).Any(value => value.Number() == code) == codes.At("operator").Text() is "In")
        .Select(static rule => rule.At("action").Text()).FirstOrDefault();

    private static long ExitCodeOf(JsonObject pod, string container) =>
        pod.At("spec", "containers").Maps().FirstOrDefault(one => one.At("name").Text() == container).At("env").Maps()
            .Where(static variable => variable.At("name").Text() is "CRIK_CHECKPOINT_EXIT_CODE")
            .Select(static variable => Parse(variable.At("value").Text())).FirstOrDefault()
        ?? UsualExitCode;

    private static long FailuresOf(JsonObject pod) => Parse(pod.At("metadata", "annotations").TextMap().GetValueOrDefault(IndexFailures)) ?? 0;

    private static long? Parse(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static Place.Refused No(string message) => new(PodMigrationReasons.BackoffLimit, message);
}
