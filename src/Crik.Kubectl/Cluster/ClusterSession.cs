using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Crik.Kubectl.CommandLine;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.Kubernetes.Resources;

namespace Crik.Kubectl.Cluster;

/// <summary>The cluster that a command talks to, and the namespace that it means.</summary>
internal sealed class ClusterSession : IDisposable
{
    private readonly KubernetesApi _api;

    private ClusterSession(ClusterAccess access, string? space)
    {
        _api = new KubernetesApi(access, $"kubectl-crik/{KubectlVersion.Number}");
        Namespace = space is { Length: > 0 } named ? named : access.Namespace ?? "default";
        Exec = new PodExec(_api);
    }

    public string Namespace { get; }

    public PodExec Exec { get; }

    /// <summary>Looks for the cluster where kubectl does. A kubeconfig in the home directory comes before the account of a pod.</summary>
    public static ClusterSession Open(Invocation invocation, Terminal terminal)
    {
        string? home = terminal.Environment("HOME") is { } directory && Path.Combine(directory, ".kube/config") is var usual && File.Exists(usual) ? usual : null;
        string? kubeconfig = invocation.Value(CommandTable.Kubeconfig) ?? (terminal.Environment("KUBECONFIG") is { Length: > 0 } named ? named : home);
        return new ClusterSession(ClusterAccess.Find(kubeconfig, terminal.Environment, invocation.Value(CommandTable.Context)), invocation.Value(CommandTable.Namespace));
    }

    public Task<JsonObject?> FindAsync(ResourceType type, string name, CancellationToken cancellationToken) =>
        FindAsync(type, new ObjectName(Namespace, name), cancellationToken);

    /// <summary>Reads an object of any namespace.</summary>
    public Task<JsonObject?> FindAsync(ResourceType type, ObjectName name, CancellationToken cancellationToken) => Of(type).FindAsync(name, cancellationToken);

    /// <summary>Reads an object without a namespace, such as a Node.</summary>
    public Task<JsonObject?> FindGlobalAsync(ResourceType type, string name, CancellationToken cancellationToken) =>
        Of(type).FindAsync(ObjectName.Global(name), cancellationToken);

    /// <exception cref="KubectlException">There is no such object.</exception>
    public async Task<JsonObject> GetAsync(Target target, CancellationToken cancellationToken) =>
        await FindAsync(target.Kind.Type, target.Name, cancellationToken)
            ?? throw new KubectlException($"there is no {target} in the namespace {Namespace}; name another one with -n");

    /// <param name="space">Null means all namespaces.</param>
    /// <param name="isWanted">Says which objects to keep; a cluster may have more than fit into the memory.</param>
    public async Task<IReadOnlyList<JsonObject>> ListAsync(
        ResourceType type, string? space, string? labels, CancellationToken cancellationToken, Func<JsonObject, bool>? isWanted = null)
    {
        List<JsonObject> items = [];
        await foreach (JsonObject item in Of(type).ListAsync(new ListQuery { Namespace = space, LabelSelector = labels }, cancellationToken: cancellationToken))
        {
            if (isWanted?.Invoke(item) is not false)
            {
                items.Add(item);
            }
        }

        return items;
    }

    public Task PatchAsync(Target target, JsonObject fields, CancellationToken cancellationToken, string? subresource = null) =>
        Of(target.Kind.Type).PatchAsync(
            new ObjectName(Namespace, target.Name), Patch.Merge(fields), cancellationToken, subresource, new CallOptions { FieldManager = "kubectl-crik" });

    /// <summary>Changes an object without a namespace, such as a Node.</summary>
    public Task PatchGlobalAsync(ResourceType type, string name, JsonObject fields, CancellationToken cancellationToken) =>
        Of(type).PatchAsync(ObjectName.Global(name), Patch.Merge(fields), cancellationToken, null, new CallOptions { FieldManager = "kubectl-crik" });

    /// <summary>Deletes this pod if its PodDisruptionBudgets allow that. They refuse with the status 429.</summary>
    /// <param name="isDryRun">Only ask whether they would.</param>
    public async Task EvictAsync(JsonObject pod, bool isDryRun, CancellationToken cancellationToken)
    {
        (string? space, string name) = (pod.Text("metadata", "namespace"), pod.Name());
        JsonObject eviction = new()
        {
            ["apiVersion"] = "policy/v1",
            ["kind"] = "Eviction",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
            ["deleteOptions"] = new JsonObject { ["preconditions"] = new JsonObject { ["uid"] = pod.Text("metadata", "uid") } },
        };
        using StringContent body = new(eviction.ToJsonString(), Encoding.UTF8, "application/json");
        string path = ObjectKind.Pod.Type.Path(space, name, "eviction") + (isDryRun ? "?dryRun=All" : "");
        using HttpResponseMessage response = await _api.SendAsync(HttpMethod.Post, path, body, cancellationToken);
    }

    public Task CreateAsync(ResourceType type, JsonObject item, CancellationToken cancellationToken) => Of(type).CreateAsync(Namespace, item, cancellationToken);

    public Task DeleteAsync(ResourceType type, string name, CancellationToken cancellationToken) =>
        Of(type).DeleteAsync(new ObjectName(Namespace, name), cancellationToken);

    /// <summary>The last lines of what a container has written.</summary>
    /// <exception cref="KubectlException">The connection broke.</exception>
    public async Task<string> LogAsync(string pod, string container, CancellationToken cancellationToken)
    {
        string path = ObjectKind.Pod.Type.Path(Namespace, pod, "log") + $"?container={Uri.EscapeDataString(container)}&tailLines=20&limitBytes=65536";
        using HttpResponseMessage response = await _api.SendAsync(HttpMethod.Get, path, null, cancellationToken);
        try
        {
            return await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new KubectlException($"the log of pod {pod} could not be read: {exception.Message}", exception);
        }
    }

    /// <summary>A client for objects with a document of their own.</summary>
    public ResourceClient<T> Client<T>(ResourceType type, JsonTypeInfo<T> json)
        where T : class => new(_api, type, json);

    public void Dispose() => _api.Dispose();

    private ResourceClient<JsonObject> Of(ResourceType type) => ResourceClient.OfJson(_api, type);
}
