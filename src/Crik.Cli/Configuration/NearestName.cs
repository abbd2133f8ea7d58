namespace Crik.Configuration;

/// <summary>Finds the name that a mistyped one was probably meant to be.</summary>
internal static class NearestName
{
    /// <summary>" (did you mean 'x'?)", or nothing when no name is close.</summary>
    public static string Hint(string name, IEnumerable<string> known) =>
        Find(name, known) is { } nearest ? $" (did you mean '{nearest}'?)" : "";

    public static string? Find(string name, IEnumerable<string> known)
    {
        int limit = Math.Max(2, Math.Min(name.Length, 64) / 3) + 1;
        return known
            .Where(candidate => Math.Abs(candidate.Length - name.Length) < limit) // any other is no typing error, and not worth the table
            .Select(candidate => (Name: candidate, Distance: Distance(name, candidate)))
            .Where(found => found.Distance < limit).OrderBy(found => found.Distance).FirstOrDefault(_ => true).Name;
    }

    /// <summary>Levenshtein distance, without regard to case.</summary>
    private static int Distance(string left, string right)
    {
        int[] row = new int[right.Length + 1];
        for (int column = 0; column <= right.Length; column++)
        {
            row[column] = column;
        }

        for (int line = 1; line <= left.Length; line++)
        {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column <= right.Length; column++)
            {
                bool same = char.ToLowerInvariant(left[line - 1]) == char.ToLowerInvariant(right[column - 1]);
                int cost = Math.Min(diagonal + (same ? 0 : 1), Math.Min(row[column], row[column - 1]) + 1);
                (diagonal, row[column]) = (row[column], cost);
            }
        }

        return row[right.Length];
    }
}
