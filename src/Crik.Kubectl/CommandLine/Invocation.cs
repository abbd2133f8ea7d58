using System.Globalization;

namespace Crik.Kubectl.CommandLine;

/// <summary>What the command line asks for.</summary>
/// <param name="Command">Null when none was named.</param>
internal sealed record Invocation(CommandSpec? Command, IReadOnlyList<string> Words, IReadOnlyDictionary<CommandOption, IReadOnlyList<string>> Values)
{
    /// <summary>What timers accept.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(24);

    public bool Has(CommandOption option) => Values.Keys.Any(known => known.Name == option.Name);

    public IReadOnlyList<string> All(CommandOption option) => Values.FirstOrDefault(pair => pair.Key.Name == option.Name).Value ?? [];

    public string? Value(CommandOption option) => All(option) is [.., var last] ? last : null;

    /// <exception cref="KubectlException">It is no number from 1 to 100.</exception>
    public int? Number(CommandOption option) => Value(option) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= 100 ? number
        : throw new KubectlException($"{option.Name} must be a number from 1 to 100, not '{text}'");

    public string Format => Value(CommandTable.Output) ?? "table";

    /// <summary>Reads a duration as kubectl writes them: `90s`, `5m`, `1h30m`.</summary>
    public TimeSpan? Duration(CommandOption option)
    {
        if (Value(option) is not { } text)
        {
            return null;
        }

        TimeSpan total = TimeSpan.Zero;
        int begin = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
            {
                TimeSpan? unit = text[i] switch { 's' => TimeSpan.FromSeconds(1), 'm' => TimeSpan.FromMinutes(1), 'h' => TimeSpan.FromHours(1), _ => null };
                total += int.TryParse(text.AsSpan(begin, i - begin), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < 100_000 && unit is { } one
                    ? number * one : throw Bad();
                begin = i + 1;
            }
        }

        return begin == text.Length && total > TimeSpan.Zero && total <= s_longest ? total : throw Bad();

        KubectlException Bad() => new($"{option.Name} must be a duration such as 30s or 5m, and at most {s_longest.TotalDays} days, not '{text}'");
    }
}
