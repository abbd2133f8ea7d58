using System.Text;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>
/// Shares strings that many Nodes have in common, such as "Ready" and "KubeletReady", so that each is in memory once.
/// It has a fixed number of slots, and a new string replaces the one in its slot. So it cannot grow, and it always
/// returns the right string.
/// </summary>
internal static class StringPool
{
    private const int Slots = 1024;
    private const int LongestByte = 128;

    private static readonly string?[] s_strings = new string?[Slots];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > LongestByte)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        HashCode hash = default;
        hash.AddBytes(utf8);
        ref string? slot = ref s_strings[(uint)hash.ToHashCode() % Slots];
        Span<char> characters = stackalloc char[LongestByte];
        int length = Encoding.UTF8.GetChars(utf8, characters);
        string? known = slot; // read only once, because another thread may replace it
        return known is not null && known.AsSpan().SequenceEqual(characters[..length]) ? known : slot = new string(characters[..length]);
    }
}
