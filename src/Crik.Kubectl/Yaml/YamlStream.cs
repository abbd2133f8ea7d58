namespace Crik.Kubectl.Yaml;

/// <summary>Cuts a text with several YAML documents into one text for each, which together are the same text again.</summary>
internal static class YamlStream
{
    /// <summary>
    /// A line that begins with `---` begins a document, whatever is around it: no value may contain such a line (YAML
    /// 1.2.2, section 9.1.1).
    /// </summary>
    public static IReadOnlyList<string> Split(string text)
    {
        List<string> documents = [];
        int begin = 0;
        for (int line = 0; line >= 0 && line < text.Length; line = Next(text, line))
        {
            if (line > begin && text.AsSpan(line).StartsWith("---") && (line + 3 == text.Length || char.IsWhiteSpace(text[line + 3])))
            {
                documents.Add(text[begin..line]);
                begin = line;
            }
        }

        documents.Add(text[begin..]);
        return documents;
    }

    private static int Next(string text, int line)
    {
        int end = text.IndexOf('\n', line);
        return end < 0 ? text.Length : end + 1;
    }
}
