namespace Crik.Nodes;

/// <summary>Where a server is.</summary>
/// <param name="Prefix">The path that comes before every target, without a slash at its end.</param>
internal sealed record HttpAddress(string Host, int Port, string Prefix)
{
    public string HostHeader => $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    public static HttpAddress Of(Uri url) => new(url.IdnHost, url.Port, url.AbsolutePath.TrimEnd('/'));
}
