using System.Net;
using System.Net.Sockets;

namespace Crik.NodeStateServer.Callers;

/// <summary>
/// Limits how many reviews run and wait, so that unknown tokens overload neither the API server nor this one. Tokens
/// that were good before have places of their own. Of the others, each address gets a few.
/// </summary>
internal sealed class ReviewQueue : IDisposable
{
    /// <summary>How many unknown tokens of one address may run and wait.</summary>
    public const int MostOfAddress = 4;

    /// <summary>How many unknown tokens may run and wait in total.</summary>
    public const int MostUnknown = 64;

    private const int Running = 8;

    private readonly SemaphoreSlim _known = new(Running);
    private readonly SemaphoreSlim _unknown = new(Running);
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _ofAddress = [];
    private int _count;

    /// <param name="isKnown">Whether this token was good before.</param>
    /// <param name="address">Where the caller is. Null if it has no address.</param>
    /// <returns>What the review is to run in, or null when there is no place.</returns>
    public async ValueTask<IDisposable?> EnterAsync(bool isKnown, IPAddress? address, CancellationToken cancellationToken)
    {
        if (isKnown)
        {
            await _known.WaitAsync(cancellationToken);
            return new Place(() => _known.Release());
        }

        IPAddress network = NetworkOf(address ?? IPAddress.None);
        if (!TryCount(network))
        {
            return null;
        }

        try
        {
            await _unknown.WaitAsync(cancellationToken);
        }
        catch
        {
            Discount(network);
            throw;
        }

        return new Place(() =>
        {
            _unknown.Release();
            Discount(network);
        });
    }

    public void Dispose()
    {
        _known.Dispose();
        _unknown.Dispose();
    }

    /// <summary>A machine with IPv6 may have as many addresses as it likes in its network of 64 bits.</summary>
    private static IPAddress NetworkOf(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress([.. plain.GetAddressBytes()[..8], .. new byte[8]]) : plain;
    }

    private bool TryCount(IPAddress network)
    {
        lock (_lock)
        {
            int ofAddress = _ofAddress.GetValueOrDefault(network);
            if (_count >= MostUnknown || ofAddress >= MostOfAddress)
            {
                return false;
            }

            _ofAddress[network] = ofAddress + 1;
            _count++;
            return true;
        }
    }

    private void Discount(IPAddress network)
    {
        lock (_lock)
        {
            _count--;
            if (--_ofAddress[network] == 0)
            {
                _ofAddress.Remove(network);
            }
        }
    }

    private sealed class Place(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
