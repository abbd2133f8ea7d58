using System.Text;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>
/// The same few words come with every Node ("Ready", "KubeletReady"): each is made into a string once. A fixed number of
/// slots, where a newcomer takes the place of who was there: it can be wrong about nothing and grow over nothing.
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
        string? known = slot; // read once: another thread may put something else there
        return known is not null && known.AsSpan().SequenceEqual(characters[..length]) ? known : slot = new string(characters[..length]);
    }
}
