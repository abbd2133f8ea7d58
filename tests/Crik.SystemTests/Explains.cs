using System.Reflection;
using System.Text.RegularExpressions;
using Xunit.Sdk;

namespace Crik.SystemTests;

/// <summary>A case of a theory that brings a message of docs/troubleshooting.md about, for real. The message is its first argument.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ExplainsAttribute(string message, params object?[] rest) : DataAttribute
{
    public string Message => message;

    public override IEnumerable<object?[]> GetData(MethodInfo testMethod) => [[message, .. rest]];
}

/// <summary>Whether a message of the page is what was said: in it … stands for anything, and N for a number.</summary>
internal static partial class Explained
{
    public static bool IsIn(string message, string text) =>
        Regex.IsMatch(text, Number().Replace(Regex.Escape(message), "[0-9]+").Replace("…", ".*", StringComparison.Ordinal), RegexOptions.Singleline);

    public static bool HasSaid(this Pod pod, string message) => pod.Errors.Any(line => IsIn(message, line));

    public static void AssertSaid(this Pod pod, string message) => Assert.True(pod.HasSaid(message), $"nobody said '{message}', but:\n{pod.Said}");

    public static void WaitForSaid(this Pod pod, string message) => pod.WaitFor(line => IsIn(message, line), message);

    [GeneratedRegex(@"\bN\b")]
    private static partial Regex Number();
}
