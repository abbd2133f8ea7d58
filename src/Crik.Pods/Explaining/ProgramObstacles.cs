using System.Text.Json.Nodes;
using Crik.Pods.Planning;
using Crik.Pods.Reading;

namespace Crik.Pods.Explaining;

/// <summary>What a container asks for that does not go together with checkpoints: devices, probes, hooks.</summary>
internal static class ProgramObstacles
{
    /// <summary>Above this, a liveness probe has time for an ordinary restore.</summary>
    private const long PatientSeconds = 60;

    private static readonly string[] s_amounts = ["limits", "requests"];

    private const string StartupProbe = """
        startupProbe:
          exec: {command: [/opt/crik/bin/crik, status, --ready]}
          periodSeconds: 5
          timeoutSeconds: 5
          failureThreshold: 400
        """;

    public static IEnumerable<Obstacle> Find(TargetContainer container)
    {
        string subject = $"container {container.Name}";
        if (container.Command.Count > 0 && !WrappedCommand.RunsCrik([.. container.Command, .. container.Arguments]))
        {
            yield return new Obstacle(Severity.Problem, subject, "crik does not start its program.",
                $"Put the label {PodNames.InjectLabel}: \"true\" on the pod, or run kubectl crik inject.");
        }

        foreach (string resource in Devices(container.Json))
        {
            yield return new Obstacle(Severity.Problem, subject, $"It asks for {resource}. criu cannot save a program that has a device open.",
                "Use the checkpoints of your framework for this program.");
        }

        if (container.Json.At("lifecycle", "preStop") is not null && !container.HasVariable("CRIK_PRE_STOP_TIME"))
        {
            yield return new Obstacle(Severity.Warning, subject, "It has a preStop hook. The kubelet takes its time from the grace period, before SIGTERM.",
                "metadata: {annotations: {crik.dev/config.preStopTime: 5s}}   # as long as the hook takes");
        }

        if (container.Json.At("tty").IsTrue())
        {
            yield return new Obstacle(Severity.Note, subject, "It has a terminal. A restored program gets the terminal of its new container.");
        }

        foreach (Obstacle obstacle in Probes(subject, container.Json))
        {
            yield return obstacle;
        }
    }

    /// <summary>Extended resources have a domain (`nvidia.com/gpu`). Kubernetes' own, such as huge pages, have none.</summary>
    private static IEnumerable<string> Devices(JsonObject container) =>
        s_amounts.SelectMany(part => (container.At("resources", part) as JsonObject ?? []).Select(entry => entry.Key))
            .Concat(container.At("volumeDevices").Maps().Select(device => $"the block device {device.At("devicePath").Text()}"))
            .Concat(container.At("resources", "claims").Maps().Select(claim => $"the device claim {claim.At("name").Text()}"))
            .Where(name => name.Contains('/', StringComparison.Ordinal) || name.Contains("device", StringComparison.Ordinal)).Distinct();

    private static IEnumerable<Obstacle> Probes(string subject, JsonObject container)
    {
        if (container.At("livenessProbe") is not JsonObject liveness)
        {
            yield break;
        }

        if (container.At("startupProbe") is null)
        {
            yield return new Obstacle(Patience(liveness) < PatientSeconds ? Severity.Problem : Severity.Warning, subject,
                $"Its liveness probe gives up after {Patience(liveness)} s and there is no startup probe. A restore that takes longer is killed, again and again.", StartupProbe);
        }

        yield return new Obstacle(Severity.Note, subject,
            $"A restored program that hangs is ended by its liveness probe after {Patience(liveness)} s. settleTime should be longer, so that crik goes back to an older state.",
            "metadata: {annotations: {crik.dev/config.settleTime: 5m}}");
    }

    /// <summary>The seconds from the start of the container until the kubelet restarts it, with the defaults of Kubernetes.</summary>
    private static double Patience(JsonObject probe) =>
        (probe.At("initialDelaySeconds").Number() ?? 0) + ((double)(probe.At("periodSeconds").Number() ?? 10) * (probe.At("failureThreshold").Number() ?? 3));
}
