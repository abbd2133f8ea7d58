namespace Crik.Nodes;

/// <summary>Where a server is: from an address as people write it.</summary>
/// <param name="Prefix">Path before every target, without a slash at its end.</param>
internal sealed record HttpAddress(string Host, int Port, string Prefix)
{
    public string HostHeader => $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    public static HttpAddress Of(Uri url) => new(url.IdnHost, url.Port, url.AbsolutePath.TrimEnd('/'));
}
