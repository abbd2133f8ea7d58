namespace Crik.NodeStateServer.Endpoints;

/// <summary>A Node's name, an RFC 1123 subdomain, as the API server itself checks it.</summary>
internal static class NodeName
{
    private const int Longest = 253;

    public const string Form = "a node's name is at most 253 lower-case letters, digits, '-' and '.', with a letter or digit at both ends of each part";

    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > Longest)
        {
            return false;
        }

        bool isInside = false; // the last one was a letter or digit
        for (int i = 0; i < name.Length; i++)
        {
            bool isPlain = char.IsAsciiLetterLower(name[i]) || char.IsAsciiDigit(name[i]);
            bool isDash = name[i] == '-' && (isInside || (i > 0 && name[i - 1] == '-'));
            bool isDot = name[i] == '.' && isInside;
            if (!isPlain && !isDash && !isDot)
            {
                return false;
            }

            isInside = isPlain;
        }

        return isInside;
    }
}
