using System.Text.RegularExpressions;

namespace Crik.Testing;

/// <summary>
/// Reads the messages that docs/troubleshooting.md explains. An entry of the page begins with its messages, which are
/// in
/// the first column of a table or in bold.
/// </summary>
public static partial class TroubleshootingPage
{
    public static IReadOnlyList<string> Messages { get; } = [.. File.ReadLines(Repository.In("docs/troubleshooting.md")).SelectMany(MessagesOf)];

    private static IEnumerable<string> MessagesOf(string line) =>
        line.StartsWith("| `", StringComparison.Ordinal) ? Code().Matches(line.Split(" | ")[0]).Select(match => match.Groups[1].Value)
        : Bold().Match(line) is { Success: true } bold ? [bold.Groups[1].Value]
        : [];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\*\*(.+?)\*\*")]
    private static partial Regex Bold();
}
