namespace Crik.Nodes;

/// <returns>The addresses of the host; none, with the reason, when it is not known.</returns>
internal delegate IReadOnlyList<SocketAddressBytes> AddressLookup(string host, int port, out string? problem);

/// <summary>Where a server is.</summary>
/// <param name="Prefix">The path that comes before every target, without a slash at its end.</param>
/// <param name="IsTls">Whether the server speaks TLS.</param>
/// <param name="CaFile">The authorities that may have signed the server's certificate; <see langword="null"/> for those of the image.</param>
internal sealed record HttpAddress(string Host, int Port, string Prefix, bool IsTls = false, string? CaFile = null)
{
    /// <summary>How the addresses of <see cref="Host"/> are found.</summary>
    public AddressLookup Lookup { get; init; } = Libc.FindAddresses;

    public string HostHeader => $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    public static HttpAddress Of(Uri url, string? caFile) => new(url.IdnHost, url.Port, url.AbsolutePath.TrimEnd('/'), url.Scheme == "https", caFile);
}
