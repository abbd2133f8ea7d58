using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Crik.Hosting.Tests;

public sealed class JsonLinesTests
{
    private readonly BlockedStream _output = new();
    private readonly JsonLines _lines;
    private readonly ILogger _log;

    public JsonLinesTests()
    {
        _lines = new JsonLines(_output, TimeProvider.System);
        _log = _lines.CreateLogger("test");
    }

    [Fact]
    public void A_reader_that_has_stopped_delays_nobody_and_the_lines_beyond_the_queue_are_counted()
    {
        int count = Write(3 * QueuedLines.MostBytes);
        Assert.InRange(_lines.Dropped, count / 2, count - 1);

        Assert.False(_lines.Flush(TimeSpan.FromMilliseconds(50)));
        _output.Release();
        Assert.True(_lines.Flush(TimeSpan.FromMinutes(1)));

        string[] lines = _output.Lines;
        Assert.Equal(count - _lines.Dropped + 1, lines.Length);
        JsonElement notice = JsonDocument.Parse(lines[^1]).RootElement;
        Assert.Equal(("warning", 6, _lines.Dropped), (notice.GetProperty("level").GetString(), notice.GetProperty("event").GetInt32(), notice.GetProperty("count").GetInt64()));
    }

    [Fact]
    public void The_notice_is_where_the_dropped_lines_would_be()
    {
        Write(2 * QueuedLines.MostBytes);
        _output.Release();
        Assert.True(_lines.Flush(TimeSpan.FromMinutes(1)));
        Write(1);
        Assert.True(_lines.Flush(TimeSpan.FromMinutes(1)));

        Assert.Contains("lines of the log were dropped here", _output.Lines[^2], StringComparison.Ordinal);
        Assert.Contains("\"message\":\"line 0", _output.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Disposing_writes_what_waits_and_does_not_wait_for_ever()
    {
        Write(1);
        long began = Environment.TickCount64;
        _lines.Dispose();
        Assert.InRange(Environment.TickCount64 - began, JsonLines.FlushBound.TotalMilliseconds - 100, 60_000);

        _output.Release();
        _lines.Dispose();
        Assert.Single(_output.Lines);
    }

    private int Write(int bytes)
    {
        int count = 0;
        for (int written = 0; written < bytes; count++)
        {
            string text = $"line {count} {new string('x', 200)}";
#pragma warning disable CA1848, CA2254, CA1873 // this is a test of the log itself
            _log.LogInformation(text);
#pragma warning restore CA1848, CA2254, CA1873
            written += text.Length;
        }

        return count;
    }

    private sealed class BlockedStream : MemoryStream
    {
        private readonly ManualResetEventSlim _isReleased = new();

        public string[] Lines
        {
            get
            {
                lock (this)
                {
                    return System.Text.Encoding.UTF8.GetString(ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
                }
            }
        }

        public void Release() => _isReleased.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _isReleased.Wait();
            lock (this)
            {
                base.Write(buffer);
            }
        }
    }
}
