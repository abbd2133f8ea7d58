using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// The limits of lists and of streams that are sent at the same time. Without them, clients that read slowly would use up the
/// memory: each fills its buffers in this process (<see cref="Listener.ResponseBuffer"/>) and in the kernel
/// (<see cref="Listener.SendBuffer"/>), which count against a container's limit too.
/// </summary>
internal sealed class LargeAnswers(int mostLists, int mostStreams)
{
    /// <summary>One of so many connections may read a list. A client of 15,000 nodes reads one within a second.</summary>
    private const int ConnectionsPerList = 32;

    private const int ConnectionsPerStream = 8;
    private const int LeastLists = 8;
    private const int LeastStreams = 16;

    public Places Lists { get; } = new(mostLists);

    public Places Streams { get; } = new(mostStreams);

    /// <param name="mostConnections">The limit of connections, which follows from the memory.</param>
    public static LargeAnswers For(ServerOptions options, int mostConnections) => new(
        options.MaxLists ?? Math.Max(LeastLists, mostConnections / ConnectionsPerList),
        options.MaxStreams ?? Math.Max(LeastStreams, mostConnections / ConnectionsPerStream));
}
