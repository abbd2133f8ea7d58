using System.Text;

namespace Crik.NodeStateServer.Tests;

/// <summary>Collects the log of the server. A test may read it while the server writes.</summary>
internal sealed class LogStream : MemoryStream
{
    public string[] Lines
    {
        get
        {
            lock (this)
            {
                return Encoding.UTF8.GetString(ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            }
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (this)
        {
            base.Write(buffer);
        }
    }
}
