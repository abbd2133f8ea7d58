using System.Runtime.CompilerServices;

namespace Crik.Configuration;

/// <summary>Reads the values of keys that have no type of their own, and says what is wrong with them.</summary>
internal static class OptionValues
{
    /// <returns>What the text must be, when it is not of this kind.</returns>
    public delegate string? Reader<T>(string text, out T value);

    /// <summary>Brings a path to its one spelling, without <c>.</c> and doubled or trailing slashes. A wrong path stays as it is.</summary>
    public static string? ReadPath(string text, out string value)
    {
        value = PathProblem(text) is null ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(text)) : text;
        return null;
    }

    /// <returns>What is wrong with the path of a key, if anything is.</returns>
    public static string? PathProblem(string path) =>
        path is "" ? "must not be empty"
        : path.Contains('\0') ? "must not contain a NUL character"
        : path[0] != '/' ? $"must be an absolute path, not '{path}'"
        : path.Split('/').Contains("..") ? $"must not contain '..': '{path}'" // behind a link it leads elsewhere than it reads
        : null;

    public static string? ProgramProblem(string path) =>
        path.Contains('\0') || (path.Contains('/') && path[0] != '/') ? $"must be an absolute path or a name to look up in PATH, not '{path}'" : null;

    public static string? ReadText(string text, out string value)
    {
        value = text;
        return null;
    }

    public static string? ReadSignal(string text, out int value) =>
        Signal.TryParse(text, out value) ? null : $"must be the name of a signal such as SIGUSR1, not '{text}'";

    public static string? ReadUrl(string text, out Uri value)
    {
        bool isAddress = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.Host.Length > 0;
        value = url!;
        return !isAddress ? $"must be an http or https address, not '{text}'"
            : url!.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0 ? $"must be nothing but http[s]://HOST[:PORT][/PATH], not '{text}'"
            : null;
    }

    public static string? ReadInteger(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) ? null : $"must be a whole number, not '{text}'";

    public static string? ReadBoolean(string text, out bool value)
    {
        value = text == "true";
        return text is "true" or "false" ? null : $"must be true or false, not '{text}'";
    }

    /// <param name="names">One for each value of the enum, in its order. They are written out because reflection costs size and start-up time.</param>
    public static Reader<T> ReadChoice<T>(string[] names)
        where T : struct, Enum => (string text, out T value) =>
    {
        int index = Array.IndexOf(names, text);
        value = Unsafe.BitCast<int, T>(index);
        return index >= 0 ? null : NotAmong(names, text);
    };

    public static Reader<string> ReadOneOf(string[] names) => (string text, out string value) =>
    {
        value = text;
        return names.Contains(text) ? null : NotAmong(names, text);
    };

    /// <summary>Reads the items of a list. Each may be there once.</summary>
    public static List<T> ReadList<T>(IReadOnlyList<string> texts, Reader<T> read, Func<T, string?>? problem, Action<string> refuse)
    {
        List<T> values = [];
        HashSet<T> seen = [];
        HashSet<T> repeated = [];
        foreach (string text in texts)
        {
            if (read(text, out T value) is { } why)
            {
                refuse(why);
                continue;
            }

            values.Add(value);
            if (problem?.Invoke(value) is { } wrong)
            {
                refuse(wrong);
            }
            else if (!seen.Add(value) && repeated.Add(value))
            {
                refuse($"'{(value as string) ?? text}' is in the list more than once");
            }
        }

        return values;
    }

    private static string NotAmong(string[] names, string text) => $"must be {string.Join(" or ", names)}, not '{text}'";
}
