namespace Crik.Kubernetes.Api;

/// <summary>Makes texts of other programs, such as errors of a container runtime, fit for a message.</summary>
public static class ProgramText
{
    /// <summary>So much of a text is shown. Container runtimes quote whole logs.</summary>
    private const int Longest = 600;

    /// <summary>The text on one line, without characters that a terminal would act on.</summary>
    /// <returns>Null if nothing is left.</returns>
    public static string? Line(string text)
    {
        string line = string.Concat(text.Trim().Select(static letter => char.IsControl(letter) ? ' ' : letter));
        return line.Length == 0 ? null : line.Length <= Longest ? line : line[..(Longest - 1)] + "…";
    }

    /// <summary>The last line of what a program wrote, which says why it failed.</summary>
    public static string LastLine(string text) =>
        Line(text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "") ?? "it printed nothing";
}
