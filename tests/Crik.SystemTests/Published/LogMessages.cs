using System.Text;
using System.Text.RegularExpressions;

namespace Crik.SystemTests.Published;

/// <summary>
/// Reads from the source text which messages crik logs as warnings and errors. In a message, … stands for what crik
/// inserts.
/// </summary>
internal static partial class LogMessages
{
    /// <summary>Every message. A call that chooses between two messages has both.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Repository.SourceFiles("src/Crik.Cli").Select(File.ReadAllText)
        .SelectMany(source => Call().Matches(source).SelectMany(call => Message(source, AfterEvent(source, call.Index + call.Length))))
        .Where(message => message.Any(char.IsLetter)).Distinct()];

    /// <returns>The index after the first argument, which is the event.</returns>
    private static int AfterEvent(string source, int at)
    {
        for (int depth = 0; depth > 0 || source[at] != ','; at++)
        {
            depth += source[at] is '(' or '{' ? 1 : source[at] is ')' or '}' ? -1 : 0;
        }

        return at + 1;
    }

    private static List<string> Message(string source, int at)
    {
        List<StringBuilder> messages = [new()];
        for (int depth = 0; depth > 0 || source[at] is not (',' or ')'); at++)
        {
            if (source[at] == '"')
            {
                at = ReadString(source, at, messages[^1]);
            }
            else if (depth == 0 && source[at] is '?' or ':' && source[at + 1] == ' ')
            {
                messages.Add(new());
            }
            else
            {
                depth += source[at] is '(' or '[' ? 1 : source[at] is ')' or ']' ? -1 : 0;
                AddInserted(messages[^1], char.IsLetter(source[at]));
            }
        }

        return [.. messages.Select(message => message.ToString())];
    }

    /// <returns>The index of the closing quotation mark.</returns>
    private static int ReadString(string source, int at, StringBuilder message)
    {
        bool isInterpolated = source[at - 1] == '$';
        for (at++; source[at] != '"'; at++)
        {
            if (isInterpolated && source[at] == '{')
            {
                AddInserted(message, true);
                at = EndOfInserted(source, at);
            }
            else
            {
                message.Append(source[at]);
            }
        }

        return at;
    }

    private static int EndOfInserted(string source, int at)
    {
        for (at++; source[at] != '}'; at++)
        {
            at = source[at] == '"' ? ReadString(source, at, new()) : source[at] == '{' ? EndOfInserted(source, at) : at;
        }

        return at;
    }

    private static void AddInserted(StringBuilder message, bool isThere) =>
        message.Append(isThere && (message.Length == 0 || message[^1] != '…') ? "…" : "");

    [GeneratedRegex(@"\bLog\.(Warning|Error)\(")]
    private static partial Regex Call();
}
