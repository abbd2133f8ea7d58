using System.Net;
using System.Runtime.CompilerServices;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Watching;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Watching;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>Reads the Nodes from an API server. It lists them in pages and watches them with bookmarks.</summary>
internal sealed class NodeApi(KubernetesApi api, KubernetesJson json, ServerOptions options) : INodeSource
{
    private const string Path = "/api/v1/nodes";

    /// <summary>
    /// After how many seconds the API server ends a watch. The value is random, so that the watches of all replicas do
    /// not end at the same time.
    /// </summary>
    private static int WatchSeconds => Random.Shared.Next(300, 600);

    public async IAsyncEnumerable<NodeChange> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        string? version = null;
        do
        {
            // resourceVersion=0 is not used: the API server would then answer from its cache, ignore the limit, and
            // perhaps return old data.
            string page = $"{Path}?limit={options.PageSize}" + (next is null ? "" : $"&continue={Uri.EscapeDataString(next)}");
            using HttpResponseMessage response = await GetAsync(page, cancellationToken);
            using ResponseBuffer buffer = new(await response.Content.ReadAsStreamAsync(cancellationToken));
            ListReader<NodeDocument> reader = new(buffer, json.NodeDocument);
            while (await AdaptedAsync(reader.ReadAsync(cancellationToken)) is { } node)
            {
                if (node.Metadata?.Name is { Length: > 0 })
                {
                    yield return new NodeChange(NodeChangeKind.Present, null, node.ToSnapshot());
                }
            }

            version = reader.Metadata?.ResourceVersion;
            next = reader.Metadata?.Continue;
        }
        while (!string.IsNullOrEmpty(next));

        yield return string.IsNullOrEmpty(version)
            ? throw new NodeSourceException("the API server sent a list of Nodes without a resourceVersion")
            : new NodeChange(NodeChangeKind.Listed, version);
    }

    public async IAsyncEnumerable<NodeChange> WatchAsync(string version, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string path = $"{Path}?watch=true&allowWatchBookmarks=true&resourceVersion={Uri.EscapeDataString(version)}&timeoutSeconds={WatchSeconds}";
        using HttpResponseMessage response = await GetAsync(path, cancellationToken);
        yield return new NodeChange(NodeChangeKind.Opened);

        using ResponseBuffer buffer = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (true)
        {
            int end = buffer.Unread.IndexOf((byte)'\n');
            if (end < 0)
            {
                if (buffer.IsAtEnd)
                {
                    // If the API server stopped in the middle of an event, the next watch gets the whole event.
                    yield break;
                }

                await AdaptedAsync(buffer.FillAsync(cancellationToken));
                continue;
            }

            NodeChange? change = end == 0 ? null : WatchEvent.Parse(buffer.Unread[..end], json);
            buffer.Consume(end + 1);
            if (change is { } known && (known.Kind is NodeChangeKind.Bookmark || known.Node is { Name.Length: > 0 }))
            {
                yield return known;
            }
        }
    }

    private Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellationToken) =>
        AdaptedAsync(new ValueTask<HttpResponseMessage>(api.SendAsync(HttpMethod.Get, path, null, cancellationToken))).AsTask();

    private static async ValueTask AdaptedAsync(ValueTask task)
    {
        try
        {
            await task;
        }
        catch (KubernetesException exception)
        {
            throw Adapted(exception);
        }
    }

    private static async ValueTask<T> AdaptedAsync<T>(ValueTask<T> task)
    {
        try
        {
            return await task;
        }
        catch (KubernetesException exception)
        {
            throw Adapted(exception);
        }
    }

    private static NodeSourceException Adapted(KubernetesException exception) => exception.Status is HttpStatusCode.Gone
        ? new WatchExpiredException(exception.Message)
        : new NodeSourceException(exception.Message, exception) { MustList = exception.MustList };
}
