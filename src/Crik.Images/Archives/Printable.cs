namespace Crik.Images.Archives;

/// <summary>Makes text from an archive fit for a message: short, and without characters that change a terminal or a log.</summary>
internal static class Printable
{
    private const int Longest = 120;

    public static string Text(string text)
    {
        string shown = string.Concat(text.Take(Longest).Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '?' : character));
        return text.Length > Longest ? shown + "…" : shown;
    }
}
