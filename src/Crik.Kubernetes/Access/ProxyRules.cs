using System.Globalization;
using System.Net;

namespace Crik.Kubernetes.Access;

/// <summary>
/// Chooses the proxy of a request as Go programs do, so that the variables of kubectl work here too. .NET reads the same
/// variables in another way: without CIDRs, and without exceptions for the loopback. See golang.org/x/net/http/httpproxy.
/// </summary>
internal sealed class ProxyRules : IWebProxy, ICredentials
{
    private static readonly string[] s_schemes = ["http", "https", "socks5", "socks5h"];

    private readonly Uri? _forHttps;
    private readonly Uri? _forHttp;
    private readonly NoProxyRule[] _except;
    private readonly bool _always;

    private ProxyRules(Uri? forHttps, Uri? forHttp, NoProxyRule[] except, bool always) =>
        (_forHttps, _forHttp, _except, _always) = (forHttps, forHttp, except, always);

    /// <summary>The proxies have their credentials in their addresses.</summary>
    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    public static ProxyRules OfEnvironment(Func<string, string?> environment)
    {
        string? Value(string name) => environment(name) is { Length: > 0 } upper ? upper : environment(name.ToLowerInvariant());
        NoProxyRule[] except = [.. (Value("NO_PROXY") ?? "").Split(',').Select(NoProxyRule.Parse).OfType<NoProxyRule>()];
        return new ProxyRules(Of(Value("HTTPS_PROXY")), Of(Value("HTTP_PROXY")), except, always: false);

        static Uri? Of(string? text) => text is { Length: > 0 } ? Parse(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text) : null;
    }

    /// <summary>The proxy for everything, also the loopback. That is `proxy-url` of a kubeconfig.</summary>
    public static ProxyRules Always(Uri proxy) => new(proxy, proxy, [], always: true);

    /// <returns>Null when the text is not the address of a proxy.</returns>
    public static Uri? Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? proxy) && s_schemes.Contains(proxy.Scheme) && proxy.Host.Length > 0
            ? proxy.Scheme == "socks5h" ? new UriBuilder(proxy) { Scheme = "socks5" }.Uri : proxy // .NET always sends the name
            : null;

    public Uri? GetProxy(Uri destination) => Find(destination) is { } proxy ? new UriBuilder(proxy) { UserName = "", Password = "" }.Uri : null;

    public bool IsBypassed(Uri host) => Find(host) is null;

    public NetworkCredential? GetCredential(Uri uri, string authType)
    {
        Uri? proxy = ((Uri?[])[_forHttps, _forHttp]).FirstOrDefault(known => known is { UserInfo.Length: > 0 } && known.Host == uri.Host && known.Port == uri.Port);
        if (proxy is null)
        {
            return null;
        }

        string[] parts = proxy.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }

    private Uri? Find(Uri destination)
    {
        Uri? proxy = destination.Scheme == "https" ? _forHttps : _forHttp;
        return proxy is null || _always || !IsDirect(destination.IdnHost.ToLowerInvariant(), destination.Port) ? proxy : null;
    }

    private bool IsDirect(string host, int port)
    {
        IPAddress? address = IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : null;
        return host == "localhost"
            || (address is not null && IPAddress.IsLoopback(address))
            || _except.Any(rule => rule.Matches(host, address, port.ToString(CultureInfo.InvariantCulture)));
    }
}
