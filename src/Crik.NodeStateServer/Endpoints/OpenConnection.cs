using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// What the server knows about one open connection. It is a feature of the connection, so that it also tells on which of the
/// three ports a request arrived when the port number is 0 and the kernel chooses one.
/// </summary>
internal sealed class OpenConnection
{
    private readonly ConnectionContext _connection;
    private readonly ConnectionGate _gate;

    public OpenConnection(ConnectionContext connection, ConnectionGate gate, Listener listener)
    {
        _connection = connection;
        _gate = gate;
        Listener = listener;
        Address = connection.RemoteEndPoint is not IPEndPoint { Address: var address } ? IPAddress.None
            : address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
            : address;
        Place = new LinkedListNode<OpenConnection>(this);
        PlaceOfAddress = new LinkedListNode<OpenConnection>(this);
    }

    public Listener Listener { get; }

    /// <summary>The caller, or the proxy in front of it.</summary>
    public IPAddress Address { get; }

    /// <summary>Its place among the idle connections of its gate. Only the gate uses it.</summary>
    public LinkedListNode<OpenConnection> Place { get; }

    /// <summary>Its place among the idle connections of its address. Only the gate uses it.</summary>
    public LinkedListNode<OpenConnection> PlaceOfAddress { get; }

    /// <summary>Whether its place was given to another connection. Only the gate uses it.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>Since when no request is being answered, as a timestamp of the server's clock. Only the gate uses it.</summary>
    public long IdleSince { get; set; }

    public void RequestBegins() => _gate.RequestBegins(this);

    public void RequestEnds() => _gate.RequestEnds(this);

    public void Close() => _connection.Abort();
}
