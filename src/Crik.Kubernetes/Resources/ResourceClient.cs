using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Resources;

/// <summary>
/// Reads and writes the objects of one type. Every method throws a <see cref="KubernetesException"/> when the API server
/// does not answer or refuses. No call is repeated, except by <see cref="ChangeAsync"/>.
/// </summary>
/// <param name="json">How an object is read and written. Fields that its document does not have are not read.</param>
public sealed class ResourceClient<T>(KubernetesApi api, ResourceType type, JsonTypeInfo<T> json)
    where T : class
{
    /// <summary>As often as client-go's retry.DefaultRetry.</summary>
    private const int MostChanges = 5;

    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    public Task<T> GetAsync(ObjectName name, CancellationToken cancellationToken, CallOptions? options = null) =>
        CallAsync(HttpMethod.Get, type.Path(name.Namespace, name.Name), null, options, cancellationToken);

    /// <returns>Null when there is no such object.</returns>
    public async Task<T?> FindAsync(ObjectName name, CancellationToken cancellationToken, CallOptions? options = null)
    {
        try
        {
            return await GetAsync(name, cancellationToken, options);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Reads one page.</summary>
    public Task<ResourcePage<T>> ListPageAsync(ListQuery query, CancellationToken cancellationToken, CallOptions? options = null)
    {
        string path = new ResourceSelection(type, query.Namespace, query.LabelSelector, query.FieldSelector)
            .Request(("limit", query.PageSize.ToString(CultureInfo.InvariantCulture)), ("continue", query.Continue));
        return api.CallAsync(HttpMethod.Get, path, null, options?.Timeout, ReadPageAsync, cancellationToken);
    }

    /// <summary>
    /// Reads all pages. They show the same moment. If that is too long ago for the API server, the exception says
    /// <see cref="KubernetesException.IsExpired"/>, and the list must be started again.
    /// </summary>
    public async IAsyncEnumerable<T> ListAsync(
        ListQuery query, CallOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? next = query.Continue;
        do
        {
            ResourcePage<T> page = await ListPageAsync(query with { Continue = next }, cancellationToken, options);
            foreach (T item in page.Items)
            {
                yield return item;
            }

            next = page.Continue;
        }
        while (next is not null);
    }

    /// <summary>Reads all pages into one list, as <see cref="ListAsync"/> reads them.</summary>
    public async Task<IReadOnlyList<T>> ListAllAsync(ListQuery query, CancellationToken cancellationToken, CallOptions? options = null)
    {
        List<T> items = [];
        await foreach (T item in ListAsync(query, options, cancellationToken))
        {
            items.Add(item);
        }

        return items;
    }

    /// <param name="space">The namespace, or null for a type without namespaces.</param>
    public Task<T> CreateAsync(string? space, T item, CancellationToken cancellationToken, CallOptions? options = null) =>
        CallAsync(HttpMethod.Post, type.Path(space) + QueryOf(options), Content(item), options, cancellationToken);

    /// <summary>
    /// Replaces the whole object, so its document must have all fields. It is a conflict if `metadata.resourceVersion`
    /// is not the current one.
    /// </summary>
    /// <param name="subresource">`status` replaces only the status. Null replaces everything else.</param>
    public Task<T> UpdateAsync(ObjectName name, T item, CancellationToken cancellationToken, string? subresource = null, CallOptions? options = null) =>
        CallAsync(HttpMethod.Put, type.Path(name.Namespace, name.Name, subresource) + QueryOf(options), Content(item), options, cancellationToken);

    /// <param name="subresource">`status` changes only the status. Null changes everything else.</param>
    public Task<T> PatchAsync(ObjectName name, Patch patch, CancellationToken cancellationToken, string? subresource = null, CallOptions? options = null)
    {
        ByteArrayContent body = new(patch.Body);
        body.Headers.ContentType = new MediaTypeHeaderValue(patch.MediaType);
        return CallAsync(HttpMethod.Patch, type.Path(name.Namespace, name.Name, subresource) + QueryOf(options, patch.Force), body, options, cancellationToken);
    }

    /// <summary>Deletes an object. If it has finalizers or a grace period, it exists for a while longer.</summary>
    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken, Deletion? how = null, CallOptions? options = null)
    {
        ByteArrayContent body = new(JsonSerializer.SerializeToUtf8Bytes(how ?? new Deletion(), ResourceJson.Default.Deletion));
        body.Headers.ContentType = s_json;
        string path = type.Path(name.Namespace, name.Name) + ApiQuery.Of(("dryRun", options?.DryRun is true ? "All" : null));
        return api.CallAsync(HttpMethod.Delete, path, body, options?.Timeout, static (_, _) => Task.FromResult(true), cancellationToken);
    }

    /// <summary>
    /// Reads an object, changes it and writes it. When somebody else has changed it in between, all of that is done
    /// again, a few times.
    /// </summary>
    /// <param name="change">Can be called several times, each time with another object.</param>
    public async Task<T> ChangeAsync(
        ObjectName name, Action<T> change, CancellationToken cancellationToken, string? subresource = null, CallOptions? options = null)
    {
        for (int i = 1; ; i++)
        {
            T item = await GetAsync(name, cancellationToken, options);
            change(item);
            try
            {
                return await UpdateAsync(name, item, cancellationToken, subresource, options);
            }
            catch (KubernetesException exception) when (exception.IsConflict && i < MostChanges)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 20)), cancellationToken);
            }
        }
    }

    private static string QueryOf(CallOptions? options, bool force = false) => ApiQuery.Of(
        ("fieldManager", options?.FieldManager), ("dryRun", options?.DryRun is true ? "All" : null), ("force", force ? "true" : null));

    private Task<T> CallAsync(HttpMethod method, string path, HttpContent? body, CallOptions? options, CancellationToken cancellationToken) =>
        api.CallAsync(method, path, body, options?.Timeout, ReadObjectAsync, cancellationToken);

    private ByteArrayContent Content(T item)
    {
        ByteArrayContent content = new(JsonSerializer.SerializeToUtf8Bytes(item, json));
        content.Headers.ContentType = s_json;
        return content;
    }

    private async Task<T> ReadObjectAsync(Stream body, CancellationToken cancellationToken) =>
        await JsonSerializer.DeserializeAsync(body, json, cancellationToken) ?? throw new JsonException("the answer is null");

    private async Task<ResourcePage<T>> ReadPageAsync(Stream body, CancellationToken cancellationToken)
    {
        using ResponseBuffer buffer = new(body);
        ListReader<T> reader = new(buffer, json);
        List<T> items = [];
        while (await reader.ReadAsync(cancellationToken) is { } item)
        {
            items.Add(item);
        }

        return new ResourcePage<T>(items, reader.Metadata?.ResourceVersion, reader.Metadata?.Continue is { Length: > 0 } next ? next : null);
    }
}

/// <summary>Makes clients for objects without a document of their own.</summary>
public static class ResourceClient
{
    /// <summary>A client for whole objects as JSON.</summary>
    public static ResourceClient<JsonObject> OfJson(KubernetesApi api, ResourceType type) => new(api, type, ApiJson.Default.JsonObject);
}
