using Crik.Kubernetes.Access;

namespace Crik.Kubernetes.Tests.Access;

public sealed class ProxyRulesTests
{
    /// <summary>The cases follow the tests of golang.org/x/net/http/httpproxy.</summary>
    [Theory]
    [InlineData("https://example.com/", "", true)]
    [InlineData("https://localhost/", "", false)]
    [InlineData("https://127.0.0.1:6443/", "", false)]
    [InlineData("https://127.0.0.2/", "", false)]
    [InlineData("https://[::1]/", "", false)]
    [InlineData("https://[::2]/", "", true)]
    [InlineData("https://example.com/", "*", false)]
    [InlineData("https://example.com/", " example.com ,other", false)]
    [InlineData("https://sub.example.com/", "example.com", false)]
    [InlineData("https://notexample.com/", "example.com", true)]
    [InlineData("https://example.com/", ".example.com", true)]
    [InlineData("https://sub.example.com/", ".example.com", false)]
    [InlineData("https://sub.example.com/", "*.example.com", false)]
    [InlineData("https://example.com/", "*.example.com", true)]
    [InlineData("https://SUB.Example.com/", "EXAMPLE.COM", false)]
    [InlineData("https://example.com:6443/", "example.com:6443", false)]
    [InlineData("https://example.com/", "example.com:6443", true)]
    [InlineData("https://example.com/", "example.com:443", false)]
    [InlineData("https://10.1.2.3/", "10.0.0.0/8", false)]
    [InlineData("https://11.1.2.3/", "10.0.0.0/8", true)]
    [InlineData("https://10.1.2.3/", "10.255.255.255/8", false)]
    [InlineData("https://192.168.1.200/", "192.168.1.128/25", false)]
    [InlineData("https://192.168.1.100/", "192.168.1.128/25", true)]
    [InlineData("https://192.168.1.100/", "192.168.1.100:443", false)]
    [InlineData("https://192.168.1.100:6443/", "192.168.1.100:443", true)]
    [InlineData("https://[2001:db8::52:0:1]/", "2001:db8::52:0:1", false)]
    [InlineData("https://[2001:db8::52:0:1]/", "[2001:db8::52:0:1]:443", false)]
    [InlineData("https://[2001:db8::52:0:1]:99/", "[2001:db8::52:0:1]:443", true)]
    [InlineData("https://[2001:db8::52:0:1]/", "2001:db8::/32", false)]
    [InlineData("https://example.com/", ",, :80,/8", true)]
    public void NO_PROXY_means_the_same_as_in_Go(string address, string noProxy, bool proxied)
    {
        ProxyRules rules = Rules(("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", noProxy));

        Assert.Equal(proxied, rules.GetProxy(new Uri(address)) is not null);
        Assert.Equal(!proxied, rules.IsBypassed(new Uri(address)));
    }

    [Theory]
    [InlineData("HTTPS_PROXY", "http://proxy:3128", "http://proxy:3128/", null)]
    [InlineData("https_proxy", "proxy:3128", "http://proxy:3128/", null)]
    [InlineData("HTTPS_PROXY", "https://proxy", "https://proxy/", null)]
    [InlineData("HTTPS_PROXY", "socks5://proxy:1080", "socks5://proxy:1080/", null)]
    [InlineData("HTTP_PROXY", "http://proxy:3128", null, "http://proxy:3128/")]
    [InlineData("http_proxy", "http://proxy:3128", null, "http://proxy:3128/")]
    [InlineData("ALL_PROXY", "http://proxy:3128", null, null)]
    [InlineData("HTTPS_PROXY", "ftp://proxy", null, null)]
    public void Each_variable_is_for_one_scheme(string name, string value, string? forHttps, string? forHttp)
    {
        ProxyRules rules = Rules((name, value));

        Assert.Equal(forHttps, rules.GetProxy(new Uri("https://example.com/"))?.AbsoluteUri);
        Assert.Equal(forHttp, rules.GetProxy(new Uri("http://example.com/"))?.AbsoluteUri);
    }

    [Fact]
    public void A_proxy_url_is_used_for_the_loopback_too_and_has_its_credentials_in_it()
    {
        ProxyRules rules = ProxyRules.Always(ProxyRules.Parse("http://me:p%40ss@proxy:3128")!);

        Uri proxy = rules.GetProxy(new Uri("https://127.0.0.1:6443/"))!;
        Assert.Equal("http://proxy:3128/", proxy.AbsoluteUri);
        Assert.Equal(("me", "p@ss"), (rules.GetCredential(proxy, "Basic")!.UserName, rules.GetCredential(proxy, "Basic")!.Password));
        Assert.Null(rules.GetCredential(new Uri("http://elsewhere:3128"), "Basic"));
    }

    private static ProxyRules Rules(params (string Name, string Value)[] variables) =>
        ProxyRules.OfEnvironment(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
