using System.Text.Json;
using System.Text.RegularExpressions;
using Crik.SystemTests.Nodes;

namespace Crik.SystemTests.Monitoring;

/// <summary>
/// Tests metrics with the real programs that read them. Grafana is not among Debian's packages: the dashboard is
/// checked by its queries.
/// </summary>
public sealed partial class MonitoringTests
{
    private const string Name = "crik.prom";

    [LabFact]
    public void Promtool_accepts_the_alerts_and_each_of_them_fires_when_it_should_and_only_then()
    {
        string alerts = Repository.In("examples/monitoring/alerts.yaml");
        string tests = Repository.In("tests/Crik.SystemTests/Monitoring/alerts.test.yaml");

        Promtool("check", "rules", alerts);
        Promtool("test", "rules", tests);
        string tested = File.ReadAllText(tests);
        Assert.All(AlertName().Matches(File.ReadAllText(alerts)), alert => Assert.Contains($"alertname=\"{alert.Groups[1].Value}\"", tested, StringComparison.Ordinal));
    }

    [LabFact]
    public async Task Prometheus_gets_the_figures_of_a_pod_through_the_exporter_and_answers_every_query_of_the_dashboard()
    {
        using ImageDirectory images = new();
        using TempDirectory metrics = new("crik-metrics-");
        using StandInServer node = new(StandInServer.State("cordoned", 1));
        string[] options =
        [
            "--mount", $"{metrics.Path}:/metrics", "--env", $"CRIK_METRICS_FILE=/metrics/{Name}", "--host-network", "--env", "KUBERNETES_NODE_NAME=node-1",
            "--env", $"CRIK_NODE_STATE_SERVER_URL={node.Url}",
        ];
        using (Pod pod = Pod.WithCheckpoints(images, options, Programs.Counter))
        {
            pod.WaitForCount(3);
            pod.WaitForControl();
            pod.Exec("crik", "checkpoint", "--leave-running");
            WaitForFigure(metrics, """crik_checkpoints_total{outcome="committed",reason="order"} 1""");
            pod.End(143);
            AssertFigures(metrics, """crik_run_state{state="ended"} 1""", """crik_checkpoints_total{outcome="committed",reason="sigterm"} 1""", "crik_checkpoint_generation 2");
        }

        using Pod next = Pod.WithCheckpoints(images, options, Programs.Counter);
        next.WaitForControl();
        WaitForFigure(metrics, """crik_run_state{state="running"} 1""");
        WaitForFigure(metrics, """crik_node_state{state="cordoned"} 1""");
        AssertFigures( // of both pods
            metrics, """crik_checkpoints_total{outcome="committed",reason="order"} 1""", """crik_checkpoints_total{outcome="committed",reason="sigterm"} 1""",
            """crik_restores_total{outcome="restored",reason="checkpointed"} 1""", "crik_restored_generation 2");
        Assert.Equal(Series(File.ReadAllText(metrics.In(Name))), Series(next.Exec("crik", "status", "-o", "prometheus")));
        Assert.Equal("644\n", Lab.Run("stat", "-c", "%a", metrics.In(Name)));
        Promtool("check", "metrics");

        await ScrapeAsync(metrics);
        next.End(143);

        void Promtool(params string[] arguments) => Assert.Equal((0, ""), Checked(arguments, File.ReadAllText(metrics.In(Name))));
    }

    [LabTheory]
    [Explains("metricsFile could not be written; nothing else is affected")]
    public void A_volume_of_metricsFile_that_hangs_prevents_neither_checkpoint_nor_restore_nor_the_end(string message)
    {
        using ImageDirectory images = new();
        using TempDirectory volume = new("crik-hanging-");
        using HangingVolume hanging = new(volume.Path);
        string[] options = ["--mount", $"{volume.Path}:/metrics", "--env", $"CRIK_METRICS_FILE=/metrics/{Name}"];
        int last;
        using (Pod pod = Pod.WithCheckpoints(images, options, Programs.Counter))
        {
            pod.WaitForCount(3);
            pod.WaitForControl();
            Assert.Equal("checkpoint 1 was made\n", pod.Exec("crik", "checkpoint", "--leave-running"));
            Assert.Contains("crik_checkpoint_generation 1\n", pod.Exec("crik", "status", "-o", "prometheus"), StringComparison.Ordinal);
            pod.End(143);
            pod.AssertSaid($"crik warning: {message}");
            last = pod.Counted()[^1];
        }

        Assert.Equal([1, 2], images.Generations);
        using Pod next = Pod.WithCheckpoints(images, options, Programs.Counter);
        next.AssertContinuesAfter(last);
        next.End(143);
    }

    /// <summary>Starts the exporter as docs/metrics.md does, and a Prometheus with the alerts, and asks it.</summary>
    private static async Task ScrapeAsync(TempDirectory metrics)
    {
        string exporterPort = MonitoringPrograms.FreePort();
        string port = MonitoringPrograms.FreePort();
        string arguments = Arguments().Match(File.ReadAllText(Repository.In("docs/metrics.md"))).Groups[1].Value;
        using TempDirectory work = new();
        string configuration = work.Write("prometheus.yml", $$"""
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ['{{Repository.In("examples/monitoring/alerts.yaml")}}']
            scrape_configs:
            - job_name: pods
              static_configs:
              - targets: ['127.0.0.1:{{exporterPort}}']
                labels: {namespace: lab, pod: counter-0}
            """);
        using MonitoringPrograms.Server exporter = MonitoringPrograms.Start(
            "prometheus-node-exporter",
            [.. arguments.Split(", ").Select(argument => argument.Replace("=/metrics", $"={metrics.Path}", StringComparison.Ordinal)), $"--web.listen-address=127.0.0.1:{exporterPort}"]);
        using MonitoringPrograms.Server prometheus = MonitoringPrograms.Start(
            "prometheus", $"--config.file={configuration}", $"--storage.tsdb.path={work.In("data")}", $"--web.listen-address=127.0.0.1:{port}");
        using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        foreach (string query in DashboardQueries())
        {
            await Eventually.TrueAsync(() => HasDataAsync(http, query), $"data for {query}");
        }

        await Eventually.TrueAsync(async () => (await AlertsAsync(http, "health")).All(health => health == "ok"), "every alert was evaluated without an error");
        string[] states = await AlertsAsync(http, "state");
        Assert.Equal(AlertName().Count(File.ReadAllText(Repository.In("examples/monitoring/alerts.yaml"))), states.Length);
        Assert.All(states, state => Assert.Equal("inactive", state));
    }

    /// <summary>Gets a property of every alert.</summary>
    private static async Task<string[]> AlertsAsync(HttpClient http, string property)
    {
        using JsonDocument rules = JsonDocument.Parse(await http.GetStringAsync("/api/v1/rules"));
        return [.. rules.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("rules").EnumerateArray())
            .Select(alert => alert.GetProperty(property).GetString()!)];
    }

    /// <summary>The queries, with what Grafana puts into the places of its variables.</summary>
    private static IEnumerable<string> DashboardQueries()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Repository.In("examples/monitoring/dashboard.json")));
        string[] queries = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)];
        Assert.InRange(queries.Length, 15, 100);
        return queries.Select(query => query
            .Replace("$namespace", "lab", StringComparison.Ordinal).Replace("$pod", "counter-0|another", StringComparison.Ordinal).Replace("$__rate_interval", "1m", StringComparison.Ordinal));
    }

    /// <summary>A query that Prometheus cannot parse fails the test at once.</summary>
    private static async Task<bool> HasDataAsync(HttpClient http, string query)
    {
        try
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri($"/api/v1/query?query={Uri.EscapeDataString(query)}", UriKind.Relative));
            string body = await response.Content.ReadAsStringAsync();
            Assert.False(body.Contains("bad_data", StringComparison.Ordinal), $"{query}: {body}");
            using JsonDocument answer = response.IsSuccessStatusCode ? JsonDocument.Parse(body) : JsonDocument.Parse("""{"data":{"result":[]}}""");
            return answer.RootElement.GetProperty("data").GetProperty("result").GetArrayLength() > 0;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }

    private static void WaitForFigure(TempDirectory metrics, string line) =>
        Eventually.True(() => File.Exists(metrics.In(Name)) && File.ReadLines(metrics.In(Name)).Contains(line), line);

    private static void AssertFigures(TempDirectory metrics, params string[] lines)
    {
        string[] written = File.ReadAllLines(metrics.In(Name));
        Assert.All(lines, line => Assert.Contains(line, written));
    }

    private static string[] Series(string text) => [.. text.Split('\n').Where(line => line.StartsWith("crik_", StringComparison.Ordinal)).Select(line => line.Split(' ')[0])];

    private static void Promtool(params string[] arguments)
    {
        CommandResult result = Command.Run(MonitoringPrograms.PathOf("promtool"), arguments);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
    }

    private static (int ExitCode, string Said) Checked(string[] arguments, string input)
    {
        CommandResult result = Command.Run(MonitoringPrograms.PathOf("promtool"), arguments, input);
        return (result.ExitCode, result.Output + result.Errors);
    }

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex AlertName();

    [GeneratedRegex(@"args: \[(--collector[^\]]*)\]")]
    private static partial Regex Arguments();
}
