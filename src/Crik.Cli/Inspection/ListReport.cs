using System.Text.Json;
using Crik.Criu;
using Crik.Json;
using Crik.Store;

namespace Crik.Inspection;

/// <summary>The checkpoints of an image directory, as <c>crik list</c> shows them.</summary>
/// <param name="next">The checkpoint that a start would restore now.</param>
/// <param name="record">The record of the last run.</param>
internal sealed class ListReport(string imageDir, IReadOnlyList<StoredCheckpoint> checkpoints, int? next, RunRecord? record, DateTimeOffset now)
{
    private const int LongestCommand = 80;

    public string Table()
    {
        TextTable table = new("GENERATION", "STATE", "NOTE", "AGE", "SIZE", "FROZEN", "POD", "NODE", "PROGRAM");
        foreach (StoredCheckpoint checkpoint in checkpoints)
        {
            CheckpointManifest? manifest = checkpoint.Manifest;
            table.Add(
                $"{checkpoint.Generation}", checkpoint.StateName, Note(checkpoint) ?? "", Words.Span(Age(checkpoint)), Words.Size(checkpoint.Bytes),
                Frozen(checkpoint) is { } frozen ? Words.Span(frozen) : "-", Words.Printable(manifest?.Machine.HostName ?? "-"),
                Words.Printable(manifest?.Machine.NodeName ?? "-"), manifest is null ? "-" : Words.Cut(Words.Command(manifest.Command), LongestCommand));
        }

        StringBuilder text = new();
        table.Write(text);
        foreach (StoredCheckpoint damaged in checkpoints.Where(checkpoint => checkpoint.Problem is not null))
        {
            text.Append($"{Words.Printable(damaged.Problem!)}\n");
        }

        return text.ToString();
    }

    public string Json() => JsonOutput.Print(Write);

    /// <summary>Writes the fields of an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("imageDir", imageDir);
        json.WriteObjects("checkpoints", checkpoints, checkpoint => Write(json, checkpoint));
    }

    private void Write(Utf8JsonWriter json, StoredCheckpoint checkpoint)
    {
        json.WriteNumber("generation", checkpoint.Generation);
        json.WriteString("state", checkpoint.StateName);
        json.WriteBoolean("next", IsNext(checkpoint));
        json.WriteString("note", Note(checkpoint));
        json.WriteString("path", checkpoint.Path);
        json.WriteString("createdAt", checkpoint.At);
        json.WriteNumber("ageSeconds", (long)Age(checkpoint).TotalSeconds);
        json.WriteNumber("bytes", checkpoint.Bytes);
        json.WriteMilliseconds("frozenMilliseconds", Frozen(checkpoint));
        json.WriteString("pod", checkpoint.Manifest?.Machine.HostName);
        json.WriteString("node", checkpoint.Manifest?.Machine.NodeName);
        json.WriteTexts("command", checkpoint.Manifest?.Command);
        json.WriteString("problem", checkpoint.Problem);
    }

    private bool IsNext(StoredCheckpoint checkpoint) => checkpoint.State == StoredState.Committed && checkpoint.Generation == next;

    /// <summary>Whether a start would restore it, and why not.</summary>
    private string? Note(StoredCheckpoint checkpoint) =>
        checkpoint.Problem is not null ? "damaged"
        : checkpoint.State != StoredState.Committed ? null
        : IsNext(checkpoint) ? "next"
        : record?.Skipped?.Contains(checkpoint.Generation) == true ? "rolled back"
        : checkpoint.Generation <= record?.HistoryUpTo ? "history"
        : null;

    private TimeSpan Age(StoredCheckpoint checkpoint) => now > checkpoint.At ? now - checkpoint.At : TimeSpan.Zero;

    private static TimeSpan? Frozen(StoredCheckpoint checkpoint) =>
        checkpoint.State == StoredState.Staging ? null : DumpStatistics.FindFrozen(checkpoint.Images);
}
