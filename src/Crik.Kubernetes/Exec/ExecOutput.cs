using System.Text;

namespace Crik.Kubernetes.Exec;

/// <summary>The ending of a command and all that it wrote.</summary>
public sealed record ExecOutput(ExecEnding Ending, ReadOnlyMemory<byte> Output, ReadOnlyMemory<byte> Error)
{
    public string OutputText => Encoding.UTF8.GetString(Output.Span);

    public string ErrorText => Encoding.UTF8.GetString(Error.Span);
}
