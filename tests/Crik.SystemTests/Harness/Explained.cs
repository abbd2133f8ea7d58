using System.Text.RegularExpressions;

namespace Crik.SystemTests;

/// <summary>
/// Finds the messages of docs/troubleshooting.md in what crik logged. In a message, … stands for any text and N for a
/// number.
/// </summary>
internal static partial class Explained
{
    public static bool IsIn(string message, string text) =>
        Regex.IsMatch(text, Pattern(message, number: "[0-9]+"), RegexOptions.Singleline);

    /// <returns>A regular expression for the message.</returns>
    public static string Pattern(string message, string number) => Number().Replace(Regex.Escape(message), number).Replace("…", ".*", StringComparison.Ordinal);

    public static bool HasSaid(this Pod pod, string message) => pod.Errors.Any(line => IsIn(message, line));

    public static void AssertSaid(this Pod pod, string message) => Assert.True(pod.HasSaid(message), $"The message '{message}' is not in:\n{pod.Said}");

    public static void WaitForSaid(this Pod pod, string message) => pod.WaitFor(line => IsIn(message, line), message);

    [GeneratedRegex(@"\bN\b")]
    private static partial Regex Number();
}
