using System.Reflection;
using Xunit.Sdk;

namespace Crik.SystemTests;

/// <summary>
/// A case of a theory that causes a message of docs/troubleshooting.md for real. The message is the first argument of
/// the test.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ExplainsAttribute(string message, params object?[] rest) : DataAttribute
{
    public string Message => message;

    public override IEnumerable<object?[]> GetData(MethodInfo testMethod) => [[message, .. rest]];
}
