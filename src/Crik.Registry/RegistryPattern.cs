using System.IO.Enumeration;

namespace Crik.Registry;

/// <summary>The addresses in a Docker configuration: `https://index.docker.io/v1/`, `*.example.com:5000/team`.</summary>
internal static class RegistryPattern
{
    private const string DockerHub = "docker.io";

    /// <summary>Removes the scheme, and the version of the API that Docker writes.</summary>
    public static string Of(string address)
    {
        string text = address.Trim();
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        text = (scheme < 0 ? text : text[(scheme + 3)..]).TrimEnd('/');
        foreach (string version in (ReadOnlySpan<string>)["/v1", "/v2"])
        {
            text = text.EndsWith(version, StringComparison.Ordinal) ? text[..^version.Length] : text;
        }

        (string host, string path) = Split(text);
        return (host is "index.docker.io" or "registry-1.docker.io" ? DockerHub : host) + path;
    }

    /// <summary>URLsMatch of the kubelet: as many parts of the host, the same port, and a path that begins like this one.</summary>
    /// <param name="image">The registry and the repository.</param>
    public static bool Matches(string pattern, string image)
    {
        ((string wantedHost, string wantedPath), (string host, string path)) = (Split(pattern), Split(image));
        ((string wantedName, string wantedPort), (string name, string port)) = (SplitPort(wantedHost), SplitPort(host));
        string[] wanted = wantedName.Split('.');
        string[] parts = name.Split('.');
        if (wanted.Length != parts.Length || wantedPort != port || !path.StartsWith(wantedPath, StringComparison.Ordinal))
        {
            return false;
        }

        for (int i = 0; i < parts.Length; i++)
        {
            if (!FileSystemName.MatchesSimpleExpression(wanted[i], parts[i], ignoreCase: false))
            {
                return false;
            }
        }

        return true;
    }

    private static (string Host, string Path) Split(string text) =>
        text.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? (text[..slash], text[slash..]) : (text, "");

    private static (string Name, string Port) SplitPort(string host) =>
        host.LastIndexOf(':') is >= 0 and var colon && !host.EndsWith(']') ? (host[..colon], host[(colon + 1)..]) : (host, "");
}
