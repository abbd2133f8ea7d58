namespace Crik.NodeStateServer.Endpoints;

/// <summary>Checks the name of a Node by the API server's own rule: it must be an RFC 1123 subdomain.</summary>
internal static class NodeName
{
    private const int Longest = 253;

    public const string Form =
        "the name of a node must have 1 to 253 lower-case letters, digits, '-' and '.', " +
        "and each part between dots must start and end with a letter or digit";

    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > Longest)
        {
            return false;
        }

        bool isInside = false; // true when the previous character was a letter or digit
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
