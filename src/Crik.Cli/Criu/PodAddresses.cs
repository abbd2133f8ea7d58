using Crik.Linux;

namespace Crik.Criu;

/// <summary>
/// A new pod has another address. What was bound to the old one cannot be bound again, or could not be reached; it gets the one
/// that stands in its place: of the same kind, on the interface of the same name if there is one. A socket for every address stays.
/// </summary>
internal sealed class PodAddresses(IReadOnlyList<InterfaceAddress> then, IReadOnlyList<InterfaceAddress> now)
{
    private static readonly byte[] s_mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];

    /// <returns><see langword="null"/> when the address is to stay as it is.</returns>
    public byte[]? Move(byte[] address)
    {
        if (address.Length == 16 && address.AsSpan().StartsWith(s_mapped))
        {
            return Move(address[12..]) is { } inner ? [.. s_mapped, .. inner] : null;
        }

        if (Find(then, address) is not { IsLoopback: false } old || Find(now, address) is not null)
        {
            return null;
        }

        InterfaceAddress[] alike = [.. now.Where(candidate => candidate.IsVersion4 == old.IsVersion4 && candidate.IsOfLink == old.IsOfLink && !candidate.IsLoopback)];
        InterfaceAddress? found = alike.FirstOrDefault(candidate => candidate.Interface == old.Interface) ?? (alike.Length > 0 ? alike[0] : null);
        return found?.Bytes ?? new byte[address.Length]; // none of its kind here: then every address there may be
    }

    private static InterfaceAddress? Find(IReadOnlyList<InterfaceAddress> addresses, byte[] bytes) =>
        addresses.FirstOrDefault(address => address.Bytes.AsSpan().SequenceEqual(bytes));
}
