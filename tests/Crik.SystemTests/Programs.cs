namespace Crik.SystemTests;

/// <summary>Programs that the pods run.</summary>
internal static class Programs
{
    public static readonly string[] Counter = ["sh", "-c", "n=0; while :; do n=$((n + 1)); echo \"count $n\"; sleep 0.05; done"];

    public static string[] Shell(string script) => ["sh", "-c", script];

    public static string[] Python(string script) => ["python3", "-c", script];

    public static int[] Counted(this Pod pod) =>
        [.. pod.Output.Where(line => line.StartsWith("count ", StringComparison.Ordinal)).Select(line => int.Parse(line.AsSpan(6), System.Globalization.CultureInfo.InvariantCulture))];
}
