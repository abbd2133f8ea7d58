using System.Globalization;

namespace Crik.Kubectl.Output;

/// <summary>Writes times and sizes for people.</summary>
internal static class Words
{
    /// <summary>As HumanDuration in k8s.io/apimachinery/pkg/util/duration: two units while they tell something.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 0 } => "0s",
        { TotalMinutes: < 2 } => $"{(int)age.TotalSeconds}s",
        { TotalMinutes: < 10 } => Two((int)age.TotalMinutes, "m", age.Seconds, "s"),
        { TotalHours: < 3 } => $"{(int)age.TotalMinutes}m",
        { TotalHours: < 8 } => Two((int)age.TotalHours, "h", age.Minutes, "m"),
        { TotalHours: < 48 } => $"{(int)age.TotalHours}h",
        { TotalDays: < 8 } => Two((int)age.TotalDays, "d", age.Hours, "h"),
        _ => $"{(int)age.TotalDays}d",
    };

    public static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => $"{((double)bytes / (1L << 30)).ToString("0.#", CultureInfo.InvariantCulture)}Gi",
        >= 1L << 20 => $"{bytes >> 20}Mi",
        _ => $"{(bytes + 1023) >> 10}Ki",
    };

    /// <summary>A text from a container on one line, without characters that a terminal would act on.</summary>
    public static string Printable(string text) => string.Concat(text.Trim().Select(static letter => char.IsControl(letter) ? ' ' : letter));

    public static string Cut(string text, int longest) => text.Length <= longest ? text : text[..(longest - 1)] + "…";

    private static string Two(int large, string largeUnit, int small, string smallUnit) => small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
