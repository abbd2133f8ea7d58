using System.Net;
using System.Runtime.CompilerServices;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Watching;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>The Nodes of a real API server: lists in pages, watches with bookmarks.</summary>
internal sealed class NodeApi(KubernetesApi api, KubernetesJson json, ServerOptions options) : INodeSource
{
    private const string Path = "/api/v1/nodes";

    /// <summary>The server ends a watch after this; chance, so that not all end at once.</summary>
    private static int WatchSeconds => Random.Shared.Next(300, 600);

    public async IAsyncEnumerable<NodeChange> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        string? version = null;
        do
        {
            // Without resourceVersion=0: the answer from the server's cache would ignore the limit, and may be old.
            string page = $"{Path}?limit={options.PageSize}" + (next is null ? "" : $"&continue={Uri.EscapeDataString(next)}");
            using HttpResponseMessage response = await GetAsync(page, cancellationToken);
            using ResponseBuffer buffer = new(await response.Content.ReadAsStreamAsync(cancellationToken));
            NodeListReader reader = new(buffer, json);
            while (await reader.ReadAsync(cancellationToken) is { } node)
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
            ? throw new KubernetesException("the API server's list has no resourceVersion")
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
                    // A half event at the end is one of a server that went away: it comes again with the next watch.
                    yield break;
                }

                await buffer.FillAsync(cancellationToken);
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

    private async Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await api.SendAsync(HttpMethod.Get, path, null, cancellationToken);
        }
        catch (KubernetesException exception) when (exception.Status is HttpStatusCode.Gone)
        {
            throw new WatchExpiredException(exception.Message);
        }
    }
}
