using System.Text;

namespace Crik.Kubectl.Output;

/// <summary>Passes on what is written, and remembers it.</summary>
internal sealed class PassingStream(Stream target) : MemoryStream
{
    public string Passed => Encoding.UTF8.GetString(GetBuffer().AsSpan(0, (int)Length));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await target.WriteAsync(buffer, cancellationToken);
        await base.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => target.FlushAsync(cancellationToken);
}
