using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Watching;

/// <summary>Reads a list in pages, and one object at a time.</summary>
internal sealed class Paging<T>(KubernetesApi api, ResourceSelection selection, JsonTypeInfo<T> json, FollowOptions options, TimeProvider clock)
    where T : class
{
    /// <returns>The version of the list, from which a watch can start.</returns>
    public async Task<string> ReadAsync(Action<ResourceChange<T>> seen, CancellationToken cancellationToken)
    {
        string? next = null;
        string? version;
        do
        {
            // resourceVersion=0 is not used: the API server would then answer from its cache, ignore the limit, and
            // perhaps return old data.
            string path = selection.Request(("limit", options.PageSize.ToString(CultureInfo.InvariantCulture)), ("continue", next));
            using StreamedResponse response =
                await StreamedResponse.OpenAsync(api, path, new StreamedResponse.Waiting("the list", options.IdleTimeout, clock), cancellationToken);
            ListReader<T> reader = new(response.Buffer, json);
            while (await response.NextAsync(reader.ReadAsync) is { } found)
            {
                seen(new ResourceChange<T>(ResourceChangeKind.Present, null, found));
            }

            version = reader.Metadata?.ResourceVersion;
            next = reader.Metadata?.Continue is { Length: > 0 } token ? token : null;
        }
        while (next is not null);

        return version is { Length: > 0 } ? version : throw KubernetesException.NotUnderstood("the API server sent a list without a resourceVersion");
    }
}
