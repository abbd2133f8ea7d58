using Crik.Store;

namespace Crik.Policy;

/// <summary>Tells what is different about the program that crik is to run and the one that a checkpoint was made of.</summary>
internal static class ProgramChange
{
    private const int MostNamed = 5;

    /// <param name="then">The program in the manifest. A checkpoint of an earlier crik has only its command.</param>
    /// <returns>Words for a message, or <see langword="null"/> when it is the same program.</returns>
    public static string? Of(ProgramIdentity then, ProgramIdentity now)
    {
        List<string> changed = [];
        if (!string.Join('\0', then.Command).Equals(string.Join('\0', now.Command), StringComparison.Ordinal))
        {
            changed.Add($"command (was '{string.Join(' ', then.Command)}', is '{string.Join(' ', now.Command)}')");
        }

        if (then.Traits.Count > 0)
        {
            changed.AddRange(then.Traits.Except(now.Traits).Concat(now.Traits.Except(then.Traits)).Select(Name).Distinct());
        }

        string more = changed.Count > MostNamed ? $" and {changed.Count - MostNamed} more" : "";
        return changed.Count == 0 ? null : string.Join(", ", changed.Take(MostNamed)) + more;
    }

    private static string Name(string trait) => trait[..trait.LastIndexOf('=')];
}
