using System.Net;
using System.Net.Sockets;

namespace Crik.Registry;

/// <summary>
/// Which addresses may be contacted. The name of an image comes from whoever may create a pod, and so does the address of
/// its registry. Behind loopback and link-local addresses are services that trust everybody on the machine, such as the
/// metadata services of clouds (169.254.169.254).
/// </summary>
internal static class AddressRule
{
    private static readonly IPNetwork[] s_refused =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("224.0.0.0/4"),
        IPNetwork.Parse("240.0.0.0/4"), IPNetwork.Parse("::/127"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("ff00::/8"),
        IPNetwork.Parse("fd00:ec2::/32"), // the metadata service of EC2
        IPNetwork.Parse("fd20:ce::/64"), // the metadata service of Google Cloud
    ];

    public static bool Allows(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 && !Array.Exists(s_refused, network => network.Contains(plain));
    }
}
