namespace Crik.Nodes;

/// <summary>Where a server is.</summary>
/// <param name="Prefix">The path that comes before every target, without a slash at its end.</param>
/// <param name="IsTls">Whether the server speaks TLS.</param>
/// <param name="CaFile">The authorities that may have signed the server's certificate; <see langword="null"/> for those of the image.</param>
internal sealed record HttpAddress(string Host, int Port, string Prefix, bool IsTls = false, string? CaFile = null)
{
    public string HostHeader => $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    public static HttpAddress Of(Uri url, string? caFile) => new(url.IdnHost, url.Port, url.AbsolutePath.TrimEnd('/'), url.Scheme == "https", caFile);
}
