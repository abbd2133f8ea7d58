using System.Runtime.CompilerServices;
using Crik.Contracts;

namespace Crik.Configuration;

/// <summary>Reads the values of keys that have no type of their own, and says what is wrong with them.</summary>
internal static class OptionValues
{
    /// <returns><see langword="false"/> when the text is not of this kind; <paramref name="problem"/> then says what it must be.</returns>
    public delegate bool Reader<T>(string text, out T value, out string problem);

    /// <summary>Brings a path to its one spelling, without <c>.</c> and doubled or trailing slashes. A wrong path stays as it is.</summary>
    public static bool ReadPath(string text, out string value, out string problem)
    {
        value = PathProblem(text) is null ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(text)) : text;
        problem = "";
        return true;
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

    public static bool ReadText(string text, out string value, out string problem)
    {
        (value, problem) = (text, "");
        return true;
    }

    public static bool ReadSignal(string text, out int value, out string problem)
    {
        problem = $"must be the name of a signal such as SIGUSR1, not '{text}'";
        return Signal.TryParse(text, out value);
    }

    public static bool ReadUrl(string text, out Uri value, out string problem)
    {
        bool isAddress = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.Host.Length > 0;
        value = url!;
        problem = !isAddress ? $"must be an http address, not '{text}'"
            : url!.Scheme == "https" ? "must be http: crik speaks no TLS; the answer is no secret, and a NetworkPolicy keeps strangers out"
            : url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0 ? $"must be nothing but http://HOST[:PORT][/PATH], not '{text}'"
            : "";
        return problem.Length == 0;
    }

    public static bool ReadInteger(string text, out int value, out string problem)
    {
        problem = $"must be a whole number, not '{text}'";
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    public static bool ReadBoolean(string text, out bool value, out string problem)
    {
        (value, problem) = (text == "true", $"must be true or false, not '{text}'");
        return text is "true" or "false";
    }

    /// <param name="names">One for each value of the enum, in its order. They are written out because reflection costs size and start-up time.</param>
    public static Reader<T> ReadChoice<T>(string[] names)
        where T : struct, Enum => (string text, out T value, out string problem) =>
    {
        int index = Array.IndexOf(names, text);
        (value, problem) = (Unsafe.BitCast<int, T>(index), NotAmong(names, text));
        return index >= 0;
    };

    public static Reader<NodeState> ReadNodeState(string[] names) => (string text, out NodeState value, out string problem) =>
    {
        problem = NotAmong(names, text);
        return NodeStateNames.TryParse(text, out value) && value != NodeState.Unknown;
    };

    /// <summary>Reads the items of a list. Each may be there once.</summary>
    public static List<T> ReadList<T>(IReadOnlyList<string> texts, Reader<T> read, Func<T, string?>? problem, Action<string> refuse)
    {
        List<T> values = [];
        HashSet<T> seen = [];
        HashSet<T> repeated = [];
        foreach (string text in texts)
        {
            if (!read(text, out T value, out string why))
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
