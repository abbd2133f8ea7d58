using System.Net;

namespace Crik.Hosting.Callers;

/// <summary>
/// Limits how many reviews run and wait, so that unknown tokens overload neither the API server nor this one. Tokens
/// that were good before have places of their own. Of the others, each address gets a few.
/// </summary>
internal sealed class ReviewQueue : IDisposable
{
    /// <summary>How many unknown tokens of one address may run and wait.</summary>
    public const int MostOfAddress = 4;

    /// <summary>
    /// How many unknown tokens may run and wait in total. A new replica knows no token, and a drain makes thousands of pods
    /// ask it. A place that waits costs a few hundred bytes.
    /// </summary>
    public const int MostUnknown = 2_000;

    private const int Running = 8;

    private readonly SemaphoreSlim _known = new(Running);
    private readonly SemaphoreSlim _unknown = new(Running);
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _ofAddress = [];
    private int _count;

    /// <param name="isKnown">Whether this token was good before.</param>
    /// <returns>What the review is to run in, or null when there is no place.</returns>
    public async ValueTask<IDisposable?> EnterAsync(bool isKnown, IPAddress address, CancellationToken cancellationToken)
    {
        if (isKnown)
        {
            await _known.WaitAsync(cancellationToken);
            return new Place(() => _known.Release());
        }

        if (!TryCount(address))
        {
            return null;
        }

        try
        {
            await _unknown.WaitAsync(cancellationToken);
        }
        catch
        {
            Discount(address);
            throw;
        }

        return new Place(() =>
        {
            _unknown.Release();
            Discount(address);
        });
    }

    public void Dispose()
    {
        _known.Dispose();
        _unknown.Dispose();
    }

    private bool TryCount(IPAddress address)
    {
        lock (_lock)
        {
            int ofAddress = _ofAddress.GetValueOrDefault(address);
            if (_count >= MostUnknown || ofAddress >= MostOfAddress)
            {
                return false;
            }

            _ofAddress[address] = ofAddress + 1;
            _count++;
            return true;
        }
    }

    private void Discount(IPAddress address)
    {
        lock (_lock)
        {
            _count--;
            if (--_ofAddress[address] == 0)
            {
                _ofAddress.Remove(address);
            }
        }
    }

    private sealed class Place(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
