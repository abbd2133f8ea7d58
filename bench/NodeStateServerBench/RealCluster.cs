using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Crik.Kubernetes.Api;
using Crik.StandIn;

namespace Crik.Bench;

/// <summary>
/// Creates Nodes of the usual size in a real API server, and deletes them at the end. They have no kubelet.
/// </summary>
internal sealed class RealCluster(KubernetesApi api, int count) : IAsyncDisposable
{
    private const string Path = "/api/v1/nodes";
    private const string Label = "crik-bench";

    public static string Name(int number) => $"bench-{number}";

    public async Task FillAsync()
    {
        await EmptyAsync(); // an earlier run that was killed may have left Nodes
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, AddAsync);
    }

    /// <summary>Sets or removes the taint of a node that is going away.</summary>
    /// <returns>The time from the request to the answer of the API server.</returns>
    public async Task<TimeSpan> SetGoesAsync(string name, bool goes)
    {
        JsonArray taints = goes ? [new JsonObject { ["key"] = "ToBeDeletedByClusterAutoscaler", ["effect"] = "NoSchedule" }] : [];
        long began = Stopwatch.GetTimestamp();
        JsonObject patch = new() { ["spec"] = new JsonObject { ["taints"] = taints } };
        (await SendAsync(HttpMethod.Patch, $"{Path}/{name}", patch, "application/merge-patch+json", CancellationToken.None)).Dispose();
        return Stopwatch.GetElapsedTime(began);
    }

    public async ValueTask DisposeAsync() => await EmptyAsync();

    private async ValueTask AddAsync(int number, CancellationToken end)
    {
        JsonObject node = StandInNodes.Make(number);
        node["metadata"]!["name"] = Name(number);
        node["metadata"]!["labels"]![Label] = "true";
        foreach (string key in (string[])["uid", "resourceVersion", "creationTimestamp", "managedFields"])
        {
            node["metadata"]!.AsObject().Remove(key);
        }

        node["spec"] = new JsonObject { ["unschedulable"] = true }; // keeps the pods of the cluster off this Node
        (await SendAsync(HttpMethod.Post, Path, node, "application/json", end)).Dispose();
    }

    private async Task EmptyAsync() =>
        (await api.SendAsync(HttpMethod.Delete, $"{Path}?labelSelector={Label}%3Dtrue", null, CancellationToken.None)).Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject body, string type, CancellationToken end)
    {
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes(body.ToJsonString()));
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return await api.SendAsync(method, path, content, end);
    }
}
