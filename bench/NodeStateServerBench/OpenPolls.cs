using System.Diagnostics;
using Crik.StandIn;

namespace Crik.Bench;

/// <summary>Keeps one long-poll open for each node, as pods do.</summary>
internal sealed class OpenPolls : IDisposable
{
    private readonly RawConnection[] _connections;
    private readonly Task<int>[] _answers;

    private OpenPolls(RawConnection[] connections)
    {
        _connections = connections;
        _answers = [.. connections.Select(connection => connection.ReceiveAsync().AsTask())];
    }

    public static async Task<OpenPolls> OpenAsync(int port, int count)
    {
        RawConnection[] connections = new RawConnection[count];
        for (int i = 0; i < count; i++)
        {
            connections[i] = await RawConnection.OpenAsync(port);
            await connections[i].SendAsync(RawConnection.Get($"/v1/nodes/{StandInNodes.Name(i)}?wait=5m"));
        }

        return new OpenPolls(connections);
    }

    /// <summary>Changes nodes one after the other, while the long-polls of all other nodes wait.</summary>
    public async Task<Percentiles> ChangeAsync(StandInCluster cluster, int events)
    {
        List<TimeSpan> times = [];
        for (int i = 0; i < events; i++)
        {
            int which = i * 7919 % _connections.Length;
            string name = StandInNodes.Name(which);
            System.Text.Json.Nodes.JsonObject node = Clusters.Toggled(cluster, name);
            long began = Stopwatch.GetTimestamp();
            cluster.Apply(node);
            int status = await _answers[which];
            times.Add(Stopwatch.GetElapsedTime(began));
            if (status != 200)
            {
                throw new InvalidOperationException($"the long-poll of {name} was answered with status {status}, not 200");
            }

            await _connections[which].SendAsync(RawConnection.Get($"/v1/nodes/{name}?wait=5m"));
            _answers[which] = _connections[which].ReceiveAsync().AsTask();
        }

        return Percentiles.Of(times);
    }

    /// <summary>Counts the long-polls that were answered before the server ended.</summary>
    public async Task<int> CountAnsweredAsync()
    {
        int answered = 0;
        foreach (Task<int> answer in _answers)
        {
            try
            {
                answered += await answer == 200 ? 1 : 0;
            }
            catch (Exception cut) when (cut is IOException or System.Net.Sockets.SocketException)
            {
                // The server closed this connection without an answer.
            }
        }

        return answered;
    }

    public void Dispose()
    {
        foreach (RawConnection connection in _connections)
        {
            connection.Dispose();
        }
    }
}
