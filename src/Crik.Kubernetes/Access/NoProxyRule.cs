using System.Net;

namespace Crik.Kubernetes.Access;

/// <summary>One item of NO_PROXY: `*`, a CIDR, an address or a domain. The last two may have a port.</summary>
internal abstract record NoProxyRule
{
    private NoProxyRule()
    {
    }

    /// <returns>Null for an item that means nothing.</returns>
    public static NoProxyRule? Parse(string item)
    {
        string text = item.Trim().ToLowerInvariant();
        if (text == "*")
        {
            return new Everything();
        }

        // Go ignores the bits of a CIDR beyond its length. .NET refuses them.
        int slash = text.IndexOf('/');
        if (slash > 0
            && IPAddress.TryParse(text[..slash], out IPAddress? network)
            && byte.TryParse(text[(slash + 1)..], out byte length)
            && length <= network.GetAddressBytes().Length * 8)
        {
            return new Network(network, length);
        }

        (string host, string? port) = Split(text);
        if (host.Length == 0)
        {
            return null;
        }

        if (IPAddress.TryParse(host, out IPAddress? address) && (host.Contains(':') || host.Count(letter => letter == '.') == 3))
        {
            return new Address(address, port);
        }

        string domain = host.StartsWith("*.", StringComparison.Ordinal) ? host[1..] : host;
        return domain.StartsWith('.') ? new Domain(domain, false, port) : new Domain("." + domain, true, port);
    }

    public abstract bool Matches(string host, IPAddress? address, string port);

    private static (string Host, string? Port) Split(string text)
    {
        int colon = text.LastIndexOf(':');
        bool hasPort = colon >= 0 && (text.StartsWith('[') ? text[colon - 1] == ']' : text.IndexOf(':') == colon);
        return hasPort ? (text[..colon].Trim('[', ']'), text[(colon + 1)..]) : (text.Trim('[', ']'), null);
    }

    private sealed record Everything : NoProxyRule
    {
        public override bool Matches(string host, IPAddress? address, string port) => true;
    }

    private sealed record Network(IPAddress First, int Length) : NoProxyRule
    {
        public override bool Matches(string host, IPAddress? address, string port)
        {
            if (address is null || address.AddressFamily != First.AddressFamily)
            {
                return false;
            }

            byte[] network = First.GetAddressBytes();
            byte[] asked = address.GetAddressBytes();
            for (int bit = 0; bit < Length; bit++)
            {
                int mask = 0x80 >> (bit % 8);
                if ((network[bit / 8] & mask) != (asked[bit / 8] & mask))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private sealed record Address(IPAddress Value, string? Port) : NoProxyRule
    {
        public override bool Matches(string host, IPAddress? address, string port) => Value.Equals(address) && (Port is null or "" || Port == port);
    }

    /// <param name="Suffix">With a leading dot.</param>
    private sealed record Domain(string Suffix, bool MatchesItself, string? Port) : NoProxyRule
    {
        public override bool Matches(string host, IPAddress? address, string port) =>
            (host.EndsWith(Suffix, StringComparison.Ordinal) || (MatchesItself && host == Suffix[1..])) && (Port is null or "" || Port == port);
    }
}
