using Crik.Inspection;
using Crik.Json;

namespace Crik.Checks;

/// <summary>Prints the findings of <c>crik check</c>, as a table for people or as JSON for programs.</summary>
internal sealed class CheckReport(IReadOnlyList<Finding> findings)
{
    private const int Width = 96;

    public bool CheckpointsWork => !findings.Any(finding => finding.Verdict == Verdict.Problem);

    public string Table()
    {
        StringBuilder text = new();
        foreach (Finding finding in findings)
        {
            text.Append(finding.VerdictName.PadRight(9)).Append(finding.Name.PadRight(16));
            Wrap(text, Words.Printable(finding.Meaning), 25);
            foreach (string line in finding.Yaml?.Split('\n') ?? [])
            {
                text.Append("                           ").Append(line).Append('\n');
            }
        }

        return text.Append(CheckpointsWork ? "checkpoint and restore work here\n" : "checkpoint and restore do not work here\n").ToString();
    }

    public string Json() => JsonOutput.Print(json =>
    {
        json.WriteBoolean("works", CheckpointsWork);
        json.WriteObjects("checks", findings, finding =>
        {
            json.WriteString("name", finding.Name);
            json.WriteString("result", finding.VerdictName);
            json.WriteString("meaning", finding.Meaning);
            json.WriteString("yaml", finding.Yaml);
        });
    });

    /// <summary>Breaks a line at spaces and indents the lines that follow.</summary>
    private static void Wrap(StringBuilder text, string sentence, int indent)
    {
        int column = 0;
        foreach (string word in sentence.Split(' '))
        {
            if (column > 0 && column + word.Length >= Width)
            {
                text.Append('\n').Append(' ', indent);
                column = 0;
            }

            text.Append(column > 0 ? " " : "").Append(word);
            column += word.Length + 1;
        }

        text.Append('\n');
    }
}
