namespace Crik.Testing;

/// <summary>Names what docs/what-happens-when.md says and this test shows.</summary>
/// <param name="row">The event, as the table of the document has it.</param>
/// <param name="server">"without a server" or "with a server".</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class HappensAttribute(string row, string server) : Attribute
{
    public string Row => row;

    public string Server => server;
}
