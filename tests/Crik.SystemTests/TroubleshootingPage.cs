using System.Text.RegularExpressions;

namespace Crik.SystemTests;

/// <summary>docs/troubleshooting.md: an entry begins with its messages, in the first column of a table or in bold.</summary>
internal static partial class TroubleshootingPage
{
    public static IReadOnlyList<string> Messages { get; } = [.. File.ReadLines(Find()).SelectMany(MessagesOf)];

    private static IEnumerable<string> MessagesOf(string line) =>
        line.StartsWith("| `", StringComparison.Ordinal) ? Code().Matches(line.Split(" | ")[0]).Select(match => match.Groups[1].Value)
        : Bold().Match(line) is { Success: true } bold ? [bold.Groups[1].Value]
        : [];

    private static string Find()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Crik.slnx")))
        {
            directory = directory.Parent;
        }

        return Path.Combine(directory.FullName, "docs/troubleshooting.md");
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\*\*(.+?)\*\*")]
    private static partial Regex Bold();
}
