using System.Text.RegularExpressions;
using Crik.Hosting;
using Crik.StandIn;

namespace Crik.NodeStateServer.Tests.Endpoints;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Metrics_have_the_Prometheus_format_and_count_what_happened()
    {
        StandInCluster cluster = new();
        cluster.Apply(StandInNodes.Make(1));
        cluster.Apply(StandInNodes.Make(2));
        cluster.Edit(StandInNodes.Name(2), node => node["spec"]!["unschedulable"] = true);
        await using StandInApiServer api = await StandInApiServer.StartAsync(cluster);
        await using RunningServer server = await RunningServer.StartReadyAsync(api);
        await server.GetAsync(StandInNodes.Name(1));
        await server.GetAsync("nope");
        await server.GetAsync(StandInNodes.Name(1), "?wait=10ms");
        await Eventually.TrueAsync(
            async () => await server.MetricAsync("crik_request_duration_seconds_count{route=\"wait\"}") == 1,
            "the long-poll is counted, which happens after its answer");

        using HttpResponseMessage response = await server.Http.GetAsync(new Uri(server.Metrics, "/metrics"));
        string text = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(Line(), line));
        string[] families = [.. text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])];
        Assert.Equal(families.Distinct(), families);
        Assert.Equal(1, await server.MetricAsync("crik_nodes{state=\"ready\"}"));
        Assert.Equal(1, await server.MetricAsync("crik_nodes{state=\"cordoned\"}"));
        Assert.Equal(1, await server.MetricAsync("crik_requests_total{route=\"node\",code=\"200\"}"));
        Assert.Equal(1, await server.MetricAsync("crik_requests_total{route=\"node\",code=\"404\"}"));
        Assert.Equal(1, await server.MetricAsync("crik_requests_total{route=\"wait\",code=\"200\"}"));
        Assert.Equal(2, await server.MetricAsync("crik_request_duration_seconds_count{route=\"node\"}"));
        Assert.Equal(2, await server.MetricAsync("crik_request_duration_seconds_bucket{route=\"node\",le=\"+Inf\"}"));
        Assert.True(await server.MetricAsync("crik_request_duration_seconds_sum{route=\"wait\"}") >= 0.009);
        Assert.Equal((1d, 1d, 1d), (await server.MetricAsync("crik_synced"), await server.MetricAsync("crik_ready"), await server.MetricAsync("crik_watches_total")));
        Assert.Equal(1, await server.MetricAsync("crik_api_requests_total{verb=\"GET\",code=\"200\"}")); // the list is the beginning of the watch
        Assert.Equal(1, await server.MetricAsync("crik_api_request_duration_seconds_count{verb=\"GET\"}"));
        double now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        Assert.InRange(await server.MetricAsync("crik_watch_last_event_timestamp_seconds"), now - 60, now + 1);
    }

    [Fact]
    public void A_histogram_counts_each_duration_in_its_bucket_and_in_all_larger_ones()
    {
        Histogram histogram = new();
        foreach (double milliseconds in (double[])[0.05, 0.051, 5, 3000])
        {
            histogram.Add(TimeSpan.FromMilliseconds(milliseconds));
        }

        PrometheusText text = new();
        histogram.WriteTo(text, "h", "a=\"b\"");

        string[] lines = text.ToString().Split('\n');
        Assert.Contains("h_bucket{a=\"b\",le=\"0.00005\"} 1", lines);
        Assert.Contains("h_bucket{a=\"b\",le=\"0.0001\"} 2", lines);
        Assert.Contains("h_bucket{a=\"b\",le=\"0.0025\"} 2", lines);
        Assert.Contains("h_bucket{a=\"b\",le=\"0.005\"} 3", lines);
        Assert.Contains("h_bucket{a=\"b\",le=\"2.5\"} 3", lines);
        Assert.Contains("h_bucket{a=\"b\",le=\"+Inf\"} 4", lines);
        Assert.Contains(lines, line => line.StartsWith("h_sum{a=\"b\"} 3.0051", StringComparison.Ordinal));
        Assert.Contains("h_count{a=\"b\"} 4", lines);
    }

    [GeneratedRegex("""^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9]+(\.[0-9]+)?)$""")]
    private static partial Regex Line();
}
