using System.Text;

namespace Crik.NodeStateServer.Tests;

/// <summary>Collects the log of the server. A test may read it while the server writes.</summary>
internal sealed class LogStream : MemoryStream
{
    private readonly ManualResetEventSlim _isRead = new(true);

    /// <summary>Whether somebody reads the log. Otherwise a write waits, as one to a full pipe does.</summary>
    public bool IsRead
    {
        set
        {
            if (value)
            {
                _isRead.Set();
            }
            else
            {
                _isRead.Reset();
            }
        }
    }

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
        _isRead.Wait();
        lock (this)
        {
            base.Write(buffer);
        }
    }
}
