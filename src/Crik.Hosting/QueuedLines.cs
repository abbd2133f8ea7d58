namespace Crik.Hosting;

/// <summary>
/// Hands lines to a thread of its own that writes them. So a reader of standard output that has stopped delays nobody: when
/// the queue is full, lines are dropped and counted. The next line that is written says how many.
/// </summary>
public sealed class QueuedLines
{
    /// <summary>How many bytes of lines may wait: several thousand lines.</summary>
    public const int MostBytes = 1 << 20;

    private readonly object _gate = new();
    private readonly Queue<byte[]> _lines = new();
    private readonly Stream _output;
    private readonly Func<long, byte[]> _dropNotice;
    private long _bytes;
    private long _dropped;
    private long _toldDropped;
    private bool _isWriting;

    /// <param name="dropNotice">Makes the line that says how many lines were dropped.</param>
    public QueuedLines(Stream output, Func<long, byte[]> dropNotice)
    {
        _output = output;
        _dropNotice = dropNotice;

        // A write that nobody reads must not keep the process from ending.
        new Thread(WriteAll) { IsBackground = true, Name = "log" }.Start();
    }

    public long Dropped => Interlocked.Read(ref _dropped);

    public void Add(byte[] line)
    {
        lock (_gate)
        {
            if (_bytes + line.Length > MostBytes)
            {
                _dropped++;
                return;
            }

            TellDropped();
            _bytes += line.Length;
            _lines.Enqueue(line);
            Monitor.PulseAll(_gate);
        }
    }

    /// <returns>Whether all lines so far were written before the time was over.</returns>
    public bool Flush(TimeSpan atMost)
    {
        long began = Environment.TickCount64;
        lock (_gate)
        {
            while (_lines.Count > 0 || _isWriting)
            {
                TimeSpan left = atMost - TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                {
                    return _lines.Count == 0 && !_isWriting;
                }
            }

            return true;
        }
    }

    /// <summary>Adds the notice where the dropped lines would be.</summary>
    private void TellDropped()
    {
        if (_toldDropped < _dropped)
        {
            byte[] notice = _dropNotice(_dropped - _toldDropped);
            _toldDropped = _dropped;
            _bytes += notice.Length;
            _lines.Enqueue(notice);
        }
    }

    private void WriteAll()
    {
        while (true)
        {
            byte[] line = Next();
            try
            {
                _output.Write(line);
            }
            catch (Exception closed) when (closed is IOException or ObjectDisposedException)
            {
                // Nobody reads the log any more. The server must continue to answer requests.
            }
        }
    }

    private byte[] Next()
    {
        lock (_gate)
        {
            _isWriting = false;
            if (_lines.Count == 0)
            {
                TellDropped();
            }

            Monitor.PulseAll(_gate);
            while (_lines.Count == 0)
            {
                Monitor.Wait(_gate);
            }

            byte[] line = _lines.Dequeue();
            _bytes -= line.Length;
            _isWriting = true;
            return line;
        }
    }
}
