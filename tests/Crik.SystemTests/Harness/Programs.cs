using System.Globalization;

namespace Crik.SystemTests;

/// <summary>Programs that the pods run.</summary>
internal static class Programs
{
    /// <summary>The shell script of <see cref="Counter"/>, for scripts that do something else first.</summary>
    public const string Count = "n=0; while :; do n=$((n + 1)); echo \"count $n\"; sleep 0.05; done";

    /// <summary>Writes "count 1", "count 2" and so on.</summary>
    public static readonly string[] Counter = Shell(Count);

    public static string[] Shell(string script) => ["sh", "-c", script];

    public static string[] Python(string script) => ["python3", "-c", script];

    /// <summary>The numbers that a counting program wrote.</summary>
    public static int[] Counted(this Pod pod) =>
        [.. pod.Output.Where(line => line.StartsWith("count ", StringComparison.Ordinal)).Select(line => int.Parse(line.AsSpan(6), CultureInfo.InvariantCulture))];
}
