using System.Text.RegularExpressions;

namespace Crik.Testing.Architecture;

/// <summary>
/// Measures the methods, constructors and properties of source files by their indentation, which the formatter
/// guarantees.
/// Fields are left out, because a table of values is not a method.
/// </summary>
public static partial class SourceMembers
{
    private const int Step = 4;

    public static IEnumerable<SourceMember> Of(string path)
    {
        string[] lines = File.ReadAllLines(path);
        return Members(lines, 0, lines.Length, 0).Select(member => member with { Place = $"{Path.GetRelativePath(Repository.Root, path)}:{member.Place}" });
    }

    private static IEnumerable<SourceMember> Members(string[] lines, int begin, int end, int indent)
    {
        for (int i = begin; i < end; i++)
        {
            if (Indent(lines[i]) != indent || !Declaration().IsMatch(lines[i]))
            {
                continue;
            }

            int last = LastLine(lines, i, end, indent);
            int brace = Array.FindIndex(lines, i, last - i + 1, line => line.TrimEnd() == new string(' ', indent) + "{");
            string head = string.Join(' ', lines[i..(brace < 0 ? last + 1 : brace)].Select(line => line.Trim()));
            if (TypeDeclaration().IsMatch(head))
            {
                foreach (SourceMember member in brace < 0 ? [] : Members(lines, brace + 1, last, indent + Step))
                {
                    yield return member;
                }
            }
            else if (!Field().IsMatch(head))
            {
                yield return new SourceMember($"{i + 1}", last - i + 1);
            }

            i = last;
        }
    }

    /// <summary>A member ends with its closing brace, or with a semicolon if it has no block.</summary>
    private static int LastLine(string[] lines, int begin, int end, int indent)
    {
        bool inBlock = false;
        for (int i = begin; i < end; i++)
        {
            string line = lines[i].TrimEnd();
            inBlock |= i > begin && Indent(line) == indent && line.TrimStart() is "{" or "[";
            if ((Indent(line) == indent && line.TrimStart().StartsWith('}') && !line.EndsWith(')')) || (!inBlock && line.EndsWith(';'))
                || (inBlock && Indent(line) == indent && line.EndsWith(';')) || (i == begin && line.EndsWith('}') && line.Contains('{', StringComparison.Ordinal)))
            {
                return i;
            }
        }

        return end - 1;
    }

    private static int Indent(string line) => line.Length - line.TrimStart(' ').Length;

    [GeneratedRegex(@"^ *(public|internal|private|protected|static|file|partial|sealed|abstract|unsafe|readonly|~)\b")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^[a-z ]*\b(class|struct|record|interface|enum)\b")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^[^(={]*( = |;$)|^[^(={]*\{ get;[^}]*\} =|^[^={]*\)\[?\]?\?? [_a-zA-Z]+ = ")]
    private static partial Regex Field();
}
