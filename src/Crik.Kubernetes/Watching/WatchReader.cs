using System.Text.Json.Serialization.Metadata;
using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Watching;

/// <summary>Reads the events of a watch one by one while they arrive. Each is one line.</summary>
internal sealed class WatchReader<T>(ResponseBuffer buffer, JsonTypeInfo<T> json)
    where T : class
{
    /// <returns>The next event, or null when the API server has ended the watch, which is normal.</returns>
    /// <exception cref="KubernetesException">The event is an ERROR or not valid, or the connection broke.</exception>
    public async ValueTask<WatchEvent<T>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int end = buffer.Unread.IndexOf((byte)'\n');
            if (end < 0)
            {
                if (buffer.IsAtEnd)
                {
                    // If the API server stopped in the middle of an event, the next watch gets the whole event.
                    return null;
                }

                await buffer.FillAsync(cancellationToken);
                continue;
            }

            WatchEvent<T>? happened = end == 0 ? null : WatchEvent.Parse(buffer.Unread[..end], json);
            buffer.Consume(end + 1);
            if (happened is not null)
            {
                return happened;
            }
        }
    }
}
