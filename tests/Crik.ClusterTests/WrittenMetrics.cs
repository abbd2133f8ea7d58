using System.Globalization;

namespace Crik.ClusterTests;

/// <summary>
/// The API metrics.k8s.io with numbers that a test writes. The cluster has no metrics-server, and its nodes are one machine, so each
/// of them would have the load of all. Here two definitions of objects serve the API.
/// </summary>
internal sealed class WrittenMetrics : IDisposable
{
    /// <summary>Measurements count for two minutes.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(20);

    private const string Definition = """
        {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition,
         metadata: {name: PLURAL.metrics.k8s.io, annotations: {api-approved.kubernetes.io: "unapproved, for a test"}},
         spec: {group: metrics.k8s.io, scope: SCOPE, names: {kind: KIND, listKind: KINDList, plural: PLURAL, singular: SINGULAR},
          versions: [{name: v1beta1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}}
        """;

    private readonly TestNamespace _place;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _turn = new();
    private readonly Task _writing;
    private volatile string? _busy;

    public WrittenMetrics(TestNamespace place)
    {
        _place = place;
        foreach ((string plural, string kind, string scope) in ((string, string, string)[])[("nodes", "NodeMetrics", "Cluster"), ("pods", "PodMetrics", "Namespaced")])
        {
            Cluster.Apply(Definition.Replace("PLURAL", plural, StringComparison.Ordinal).Replace("SINGULAR", plural.TrimEnd('s'), StringComparison.Ordinal)
                .Replace("KIND", kind, StringComparison.Ordinal).Replace("SCOPE", scope, StringComparison.Ordinal));
            Cluster.Kubectl("wait", "--for=condition=Established", $"crd/{plural}.metrics.k8s.io", "--timeout=60s");
        }

        _writing = Task.Run(WriteAsync);
    }

    /// <summary>From now on this node, and no other one, has far too much load. Null: none has.</summary>
    public void Load(string? node)
    {
        _busy = node;
        WriteOnce();
    }

    public void Dispose()
    {
        _end.Cancel();
        _writing.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        Cluster.Kubectl("delete", "crd", "nodes.metrics.k8s.io", "pods.metrics.k8s.io", "--ignore-not-found", "--timeout=60s");
        _end.Dispose();
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            WriteOnce();
            await Task.Delay(s_pace, _end.Token);
        }
    }

    private void WriteOnce()
    {
        string time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        IEnumerable<string> nodes = Cluster.Nodes.Select(node =>
            $"{{apiVersion: metrics.k8s.io/v1beta1, kind: NodeMetrics, metadata: {{name: {node}}}, timestamp: \"{time}\", window: 20s, usage: {{cpu: \"{(node == _busy ? "1000" : "0")}\", memory: 1Mi}}}}");
        IEnumerable<string> pods = _place.Api.Items(_place.PathOf("api/v1", "pods")).Select(static pod => (string)pod["metadata"]!["name"]!).Select(pod =>
            $"{{apiVersion: metrics.k8s.io/v1beta1, kind: PodMetrics, metadata: {{name: {pod}, namespace: {_place.Name}}}, timestamp: \"{time}\", window: 20s, containers: [{{name: app, usage: {{cpu: 300m, memory: 1Mi}}}}]}}");
        lock (_turn) // kubectl apply creates what another one is creating, and fails
        {
            Cluster.Apply(string.Join("\n---\n", nodes.Concat(pods)));
        }
    }
}
