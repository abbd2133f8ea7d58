namespace Crik.Inspection;

/// <summary>Writes rows of text in columns that are as wide as their widest cell.</summary>
internal sealed class TextTable(params string[] header)
{
    private readonly List<string[]> _rows = [header];

    public bool IsEmpty => _rows.Count == 1;

    public void Add(params string[] cells) => _rows.Add(cells);

    public TextTable With(IEnumerable<string[]> rows)
    {
        _rows.AddRange(rows);
        return this;
    }

    public void Write(StringBuilder text)
    {
        int[] widths = new int[header.Length];
        foreach (string[] row in _rows)
        {
            for (int i = 0; i < row.Length; i++)
            {
                widths[i] = Math.Max(widths[i], row[i].Length);
            }
        }

        foreach (string[] row in _rows)
        {
            text.Append(string.Concat(row.Select((cell, column) => cell.PadRight(widths[column] + 2))).TrimEnd(' ')).Append('\n');
        }
    }
}
