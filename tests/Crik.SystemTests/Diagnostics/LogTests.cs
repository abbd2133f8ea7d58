using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Crik.SystemTests.Diagnostics;

/// <summary>Tests what each format of the log looks like in a pod.</summary>
public sealed partial class LogTests
{
    public static TheoryData<string> Formats => ["text", "json", "cloud"];

    [LabTheory]
    [MemberData(nameof(Formats))]
    public void Every_line_of_a_run_has_time_level_event_and_message(string format)
    {
        using ImageDirectory images = new();
        using (Pod saved = Pod.WithCheckpoints(images, ["--env", $"CRIK_LOG_FORMAT={format}"], Programs.Counter))
        {
            saved.WaitForCount(3);
            saved.End(143);
            LogLine[] log = ReadAll(saved, format);
            Assert.Contains(log, line => line is { Level: "info", Event: "FreshStart" });
            LogLine committed = Assert.Single(log, line => line.Event == "CheckpointCommitted");
            Assert.Equal(("info", "1"), (committed.Level, committed.Facts["generation"]));
            Assert.StartsWith("checkpoint committed", committed.Message, StringComparison.Ordinal);
        }

        using Pod restored = Pod.WithCheckpoints(images, ["--env", $"CRIK_LOG_FORMAT={format}"], Programs.Counter);
        restored.WaitForCount(10);
        restored.Kill("KILL");
        restored.WaitForExit();
        Assert.Contains(ReadAll(restored, format), line => line is { Level: "info", Event: "Restored" });
    }

    [LabTheory]
    [MemberData(nameof(Formats))]
    public void The_lines_of_criu_before_a_failure_and_the_failure_have_the_format(string format)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, ["--env", $"CRIK_LOG_FORMAT={format}"], "python3", "/programs/wall.py", "userfaultfd");
        pod.WaitForCount(1);

        pod.End(7);

        LogLine[] log = ReadAll(pod, format);
        Assert.Contains(log, line => line is { Level: "warning", Event: "CriuSaid" } && line.Message.StartsWith("criu: ", StringComparison.Ordinal));
        Assert.Contains(log, line => line is { Level: "error", Event: "CheckpointFailed" });
    }

    [LabTheory]
    [InlineData("text", "ConfigurationInvalid", "--env", "CRIK_KEEP=none")]
    [InlineData("json", "ConfigurationInvalid", "--env", "CRIK_KEEP=none")]
    [InlineData("cloud", "ConfigurationInvalid", "--env", "CRIK_KEEP=none")]
    [InlineData("text", "ProgramNotStarted")]
    [InlineData("cloud", "ProgramNotStarted")] // the second crik reports it, which becomes the program
    public void A_run_that_does_not_start_says_so_in_the_wanted_format(string format, string wanted, params string[] options)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, ["--env", $"CRIK_LOG_FORMAT={format}", .. options], "/missing");

        pod.WaitForExit();

        Assert.Contains(ReadAll(pod, format), line => line.Level == "error" && line.Event == wanted);
    }

    [LabTheory]
    [Explains("the grace period is almost over and crik is still waiting for something", "text")]
    [Explains("the grace period is almost over and crik is still waiting for something", "cloud")]
    public void A_volume_that_hangs_causes_the_line_that_was_made_in_advance(string message, string format)
    {
        using ImageDirectory images = new();
        string volume = images.In("volume");
        Directory.CreateDirectory(volume);
        Lab.Run("sh", "-ec", $"truncate -s 64M {images.In("disk")} && mkfs.ext4 -q {images.In("disk")} && mount -o loop {images.In("disk")} {volume}");
        try
        {
            using Pod pod = new(
                ["--image-dir", volume, "--env", "CRIK_GRACE_PERIOD=10s", "--env", $"CRIK_LOG_FORMAT={format}"],
                ["crik", "run", "--image-dir", "/checkpoint", "--", "python3", "/programs/hold.py", "1"]);
            pod.WaitForCount(3);
            Lab.Run("fsfreeze", "--freeze", volume);
            pod.Kill();
            try
            {
                pod.WaitFor(line => line.Contains(message, StringComparison.Ordinal), message);
            }
            finally
            {
                Lab.Run("fsfreeze", "--unfreeze", volume);
            }

            pod.WaitForExit();
            LogLine line = Assert.Single(ReadAll(pod, format), line => line.Event == "GracePeriodAlmostOver");
            Assert.Equal("error", line.Level);
        }
        finally
        {
            Lab.Run("umount", "-l", volume);
        }
    }

    [LabFact]
    public void A_command_for_people_prints_neither_time_nor_event_whatever_the_format()
    {
        using ImageDirectory images = new();
        using Pod pod = new(["--image-dir", images.Path, "--env", "CRIK_LOG_FORMAT=cloud"], ["crik", "inspect", "--image-dir", "/checkpoint", "99"]);

        pod.WaitForExit();

        Assert.StartsWith("crik error: there is no checkpoint 99 in /checkpoint", Assert.Single(pod.Log), StringComparison.Ordinal);
        Assert.DoesNotContain("event=", pod.Log[0], StringComparison.Ordinal);
    }

    /// <summary>Reads standard error, on which every line has to be one of crik's log. The times are those of now.</summary>
    private static LogLine[] ReadAll(Pod pod, string format)
    {
        LogLine[] lines = [.. pod.Log.Select(line => format == "text" ? FromText(line) : FromJson(line, format == "cloud" ? "severity" : "level"))];
        Assert.All(lines, line => Assert.InRange(DateTimeOffset.UtcNow - line.Time, TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(10)));
        Assert.All(lines, line => Assert.Matches("^[A-Z][A-Za-z0-9]+$", line.Event));
        return lines;
    }

    private static LogLine FromText(string line)
    {
        Match parts = TextLine().Match(line);
        Assert.True(parts.Success, $"This is no line of the log: {line}");
        return new(
            Time(parts.Groups["time"].Value), parts.Groups["level"].Value, parts.Groups["event"].Value, parts.Groups["message"].Value,
            Fact().Matches(parts.Groups["facts"].Value).ToDictionary(fact => fact.Groups[1].Value, fact => fact.Groups[2].Value));
    }

    private static LogLine FromJson(string line, string levelKey)
    {
        Dictionary<string, string> fields = JsonDocument.Parse(line).RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ToString());
        string level = fields[levelKey];
        Assert.Equal(levelKey == "severity" ? level.ToUpperInvariant() : level.ToLowerInvariant(), level);
        return new(Time(fields["time"]), level.ToLowerInvariant(), fields["event"], fields["message"], fields);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    [GeneratedRegex(@"^(?<time>[^ ]+) crik (?<level>debug|info|warning|error): (?<message>.+?) event=(?<event>\w+)(?<facts>( \w+=.*)?)$")]
    private static partial Regex TextLine();

    [GeneratedRegex(""" (\w+)=("(?:[^"\\]|\\.)*"|[^ ]+)""")]
    private static partial Regex Fact();

    private sealed record LogLine(DateTimeOffset Time, string Level, string Event, string Message, Dictionary<string, string> Facts);
}
