using System.Globalization;
using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Crik.Diagnostics;
using Crik.Linux;
using Serilog.Events;

namespace Crik.Tests.Diagnostics;

public sealed partial class LineWriterTests : IDisposable
{
    private const int Lines = 400;
    private static readonly Func<LineFormat> s_text = () => LineFormat.Text;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Lines_that_a_full_pipe_does_not_take_are_dropped_and_counted(bool mayWait)
    {
        using AnonymousPipeServerStream reader = new(PipeDirection.In);
        LineWriter writer = new((int)reader.ClientSafePipeHandle.DangerousGetHandle(), s_text);
        WriteMany(writer, mayWait);

        string kept = Read(reader);
        writer.Write("after\n"u8, mayWait);
        string after = Read(reader);

        AssertNothingIsMissing(kept, after);
        Assert.Equal(Lines - kept.Count(letter => letter == '\n'), writer.DroppedInTotal);
    }

    [Fact]
    public void Lines_that_a_full_socket_does_not_take_are_dropped_and_counted()
    {
        (FileDescriptor reader, FileDescriptor socket) = Libc.MakeSocketPair();
        using (reader)
        using (socket)
        {
            LineWriter writer = new(socket.Number, s_text);
            WriteMany(writer, mayWait: false);

            string kept = Receive(reader);
            writer.Write("after\n"u8, mayWait: false);
            string after = Receive(reader);

            AssertNothingIsMissing(kept, after);
        }
    }

    [Fact]
    public void Only_a_thread_that_may_wait_writes_to_a_file()
    {
        string path = _temp.In("log");
        using FileDescriptor file = Libc.Open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND, FileModes.OwnFile);
        LineWriter writer = new(file.Number, s_text);

        writer.Write("one\n"u8, mayWait: true);
        writer.Write("two\n"u8, mayWait: false);
        writer.Write("three\n"u8, mayWait: false);
        Assert.Equal("one\n", File.ReadAllText(path));
        writer.Write("four\n"u8, mayWait: true);

        string[] lines = File.ReadAllLines(path);
        Assert.Equal(3, lines.Length);
        Assert.Contains(" 2 lines of this log were dropped", lines[1], StringComparison.Ordinal);
        Assert.Equal("four", lines[2]);
    }

    [Theory]
    [InlineData("level", "warning")]
    [InlineData("severity", "WARNING")]
    public void In_a_log_of_JSON_the_count_of_dropped_lines_is_JSON_too(string levelKey, string warning)
    {
        LineFormat format = levelKey == "level" ? LineFormat.Json : LineFormat.Cloud;
        string path = _temp.In("log");
        using FileDescriptor file = Libc.Open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND, FileModes.OwnFile);
        LineWriter writer = new(file.Number, () => format);

        writer.Write("dropped\n"u8, mayWait: false);
        writer.Write("{}\n"u8, mayWait: true);

        using JsonDocument line = JsonDocument.Parse(File.ReadAllLines(path)[0]);
        Assert.Equal(warning, line.RootElement.GetProperty(levelKey).GetString());
        Assert.Equal("LogLinesDropped", line.RootElement.GetProperty("event").GetString());
        Assert.Equal("1 lines of this log were dropped because nobody read standard error", line.RootElement.GetProperty("message").GetString());
        Assert.InRange(line.RootElement.GetProperty("time").GetDateTime(), DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow.AddMinutes(1));
        Assert.Equal(["time", levelKey, "message", "event"], line.RootElement.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void A_pipe_without_a_reader_only_loses_the_line()
    {
        using AnonymousPipeServerStream reader = new(PipeDirection.In);
        LineWriter writer = new((int)reader.ClientSafePipeHandle.DangerousGetHandle(), s_text);
        reader.SafePipeHandle.Dispose();

        writer.Write("nobody hears it\n"u8, mayWait: true);
    }

    public static TheoryData<string> Formats => ["text", "json", "cloud"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void An_emergency_line_is_written_without_allocating_anything_also_when_lines_were_dropped(string name)
    {
        using AnonymousPipeServerStream reader = new(PipeDirection.In);
        LineFormat format = name switch { "json" => LineFormat.Json, "cloud" => LineFormat.Cloud, _ => LineFormat.Text };
        LineWriter writer = new((int)reader.ClientSafePipeHandle.DangerousGetHandle(), () => format);
        EmergencyLine line = new(Event.GracePeriodAlmostOver, "time is up", format);
        line.Write(writer); // makes what is made once
        WriteMany(writer, mayWait: false);
        Read(reader);
        long before = GC.GetAllocatedBytesForCurrentThread();

        line.Write(writer);

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        string written = Read(reader);
        Assert.Equal(0, allocated);
        Assert.Contains("lines of this log were dropped", written, StringComparison.Ordinal);
        string same = Encoding.UTF8.GetString(format.Line(LineFormat.Entry(LogEventLevel.Error, Event.GracePeriodAlmostOver, "time is up", [])));
        Assert.EndsWith(same.Split('Z', 2)[1], written, StringComparison.Ordinal); // without the time
        Assert.DoesNotContain("0000-00-00", written, StringComparison.Ordinal);
    }

    private static void WriteMany(LineWriter writer, bool mayWait)
    {
        byte[] line = new byte[4096];
        line.AsSpan().Fill((byte)'x');
        line[^1] = (byte)'\n';
        for (int i = 0; i < Lines; i++)
        {
            writer.Write(line, mayWait);
        }
    }

    private static void AssertNothingIsMissing(string kept, string after)
    {
        Match dropped = Dropped().Match(after);
        Assert.True(dropped.Success, after);
        int count = int.Parse(dropped.Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(count, 1, Lines - 1);
        Assert.Equal(Lines, kept.Count(letter => letter == '\n') + count);
        Assert.EndsWith("\nafter\n", after, StringComparison.Ordinal);
    }

    /// <summary>What can be read now without waiting.</summary>
    private static string Read(AnonymousPipeServerStream reader)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        using FileDescriptor pipe = Libc.Duplicate((int)reader.SafePipeHandle.DangerousGetHandle(), lowest: 3);
        while ((Libc.PollForReading(pipe) & Libc.POLLIN) != 0)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, reader.Read(buffer)));
        }

        return text.ToString();
    }

    private static string Receive(FileDescriptor socket)
    {
        StringBuilder text = new();
        while ((Libc.PollForReading(socket) & Libc.POLLIN) != 0)
        {
            text.Append(Encoding.UTF8.GetString(Libc.ReceivePacket(socket)!));
        }

        return text.ToString();
    }

    [GeneratedRegex(@"Z crik warning: (\d+) lines of this log were dropped because nobody read standard error event=LogLinesDropped")]
    private static partial Regex Dropped();
}
