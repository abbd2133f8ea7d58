using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Crik.Testing;

/// <summary>Finds numbers of the code in the prose of a document.</summary>
public static partial class DocumentText
{
    private static readonly string[] s_words = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

    /// <summary>Whether a document has this text, whatever the ends of its lines.</summary>
    public static bool Has(string document, string text) => Spaces().Replace(File.ReadAllText(Repository.In(document)), " ").Contains(text, StringComparison.Ordinal);

    /// <summary>The value of a constant or a static field, which may be private.</summary>
    public static T Constant<T>(this Type type, string name) =>
        (T)(type.GetField(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic) ?? throw new MissingFieldException(type.Name, name)).GetValue(null)!;

    /// <summary>Puts a number into a sentence: in digits for #, and as a word for @.</summary>
    public static string With(this string sentence, double number) => sentence
        .Replace("#", number.ToString("#,0.##", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("@", number is >= 0 and <= 10 ? s_words[(int)number] : "?", StringComparison.Ordinal);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
