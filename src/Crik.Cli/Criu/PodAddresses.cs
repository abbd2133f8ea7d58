namespace Crik.Criu;

/// <summary>
/// Finds the address of the new pod that replaces one of the old pod: a program that listens on its pod's own address cannot bind it
/// again, or nobody would reach it. Only an address of the same network replaces another, so that nothing that was private to one
/// network can be reached from a second one.
/// </summary>
/// <param name="then">The addresses of the pod that made the checkpoint.</param>
/// <param name="now">The addresses of this pod.</param>
internal sealed class PodAddresses(IReadOnlyList<InterfaceAddress> then, IReadOnlyList<InterfaceAddress> now)
{
    private static readonly byte[] s_mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];

    private readonly bool _hasOneInterface = InterfacesOf(then) == 1 && InterfacesOf(now) == 1;

    /// <summary>Finds the address that replaces another, in the same form.</summary>
    /// <returns><see langword="null"/> when the address stays as it is, or nothing replaces it.</returns>
    public byte[]? Move(byte[] address) => IsMapped(address)
        ? Move(address[s_mapped.Length..]) is { } inner ? [.. s_mapped, .. inner] : null
        : Find(address) is { } old ? Replacement(old)?.Bytes : null;

    /// <summary>Finds an address of the old pod that this pod does not have, and that nothing replaces.</summary>
    /// <returns><see langword="null"/> for every other address.</returns>
    public InterfaceAddress? Lost(byte[] address) =>
        Find(IsMapped(address) ? address[s_mapped.Length..] : address) is { } old && Replacement(old) is null ? old : null;

    /// <summary>Tells whether an IPv6 socket uses an IPv4 address (an IPv4-mapped address).</summary>
    private static bool IsMapped(byte[] address) => address.Length == 16 && address.AsSpan().StartsWith(s_mapped);

    /// <summary>Finds an address of the old pod that this pod does not have.</summary>
    private InterfaceAddress? Find(byte[] bytes) =>
        Find(then, bytes) is { IsLoopback: false } old && Find(now, bytes) is null ? old : null;

    private static InterfaceAddress? Find(IReadOnlyList<InterfaceAddress> addresses, byte[] bytes) =>
        addresses.FirstOrDefault(address => address.Bytes.AsSpan().SequenceEqual(bytes));

    /// <summary>
    /// Finds the first address of the same kind on the interface of the same name, or on the only interface when both pods have just one.
    /// For the other addresses of an interface, crik cannot tell which new address belongs to which old one.
    /// </summary>
    private InterfaceAddress? Replacement(InterfaceAddress old)
    {
        bool isFirst = then.FirstOrDefault(address => address.Interface == old.Interface && address.IsLike(old)) == old;
        return isFirst ? now.FirstOrDefault(address => (_hasOneInterface || address.Interface == old.Interface) && address.IsLike(old)) : null;
    }

    private static int InterfacesOf(IReadOnlyList<InterfaceAddress> addresses) =>
        new HashSet<string>(addresses.Where(address => !address.IsLoopback).Select(address => address.Interface)).Count;
}
