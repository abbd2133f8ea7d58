namespace Crik.Configuration;

/// <summary>The values of an enum with their spelling in configuration; written out, because reflection costs size and start-up time.</summary>
internal sealed class Choice<T>(params (string Name, T Value)[] values)
    where T : struct, Enum
{
    public IReadOnlyList<string> Names { get; } = Array.ConvertAll(values, pair => pair.Name);

    public bool TryParse(string text, out T value, out string problem)
    {
        foreach ((string name, T candidate) in values)
        {
            if (name == text)
            {
                (value, problem) = (candidate, "");
                return true;
            }
        }

        (value, problem) = (default, $"must be {string.Join(" or ", Names)}, not '{text}'");
        return false;
    }

    public string NameOf(T value) =>
        Array.Find(values, pair => EqualityComparer<T>.Default.Equals(pair.Value, value)).Name
        ?? throw new ArgumentOutOfRangeException(nameof(value), value, null);
}
