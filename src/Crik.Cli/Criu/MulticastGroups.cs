namespace Crik.Criu;

/// <summary>Lists the multicast groups that sockets of this network namespace have joined. criu does not save them.</summary>
internal static class MulticastGroups
{
    /// <summary>The group of a node's own addresses (RFC 4291, 2.7.1), which are others in each pod.</summary>
    private const string OfAddresses = "ff0200000000000000000001ff";

    /// <summary>The interface and the address of each group, in the form of <c>/proc/net/igmp</c> and <c>/proc/net/igmp6</c>.</summary>
    public static IReadOnlyList<string> Read() => Parse(ProcFs.Lines("/proc/net/igmp"), ProcFs.Lines("/proc/net/igmp6"));

    public static IReadOnlyList<string> Parse(string[] igmp, string[] igmp6)
    {
        List<string> found = [];
        string device = "";
        foreach (string line in igmp.Skip(1)) // the first line has the titles
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (!line.StartsWith('\t'))
            {
                device = words.Length > 1 ? words[1] : "";
            }
            else if (words.Length > 0)
            {
                found.Add($"{device} {words[0]}");
            }
        }

        foreach (string line in igmp6)
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var name, var group, ..] && !group.StartsWith(OfAddresses, StringComparison.Ordinal))
            {
                found.Add($"{name} {group}");
            }
        }

        return found;
    }
}
