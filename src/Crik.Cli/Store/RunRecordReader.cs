using System.Text.Json;
using Crik.Diagnostics;

namespace Crik.Store;

/// <summary>Reads <c>run.json</c> as untrusted input. A damaged record must not prevent a start.</summary>
internal static class RunRecordReader
{
    private const int LargestRecord = 1 << 20;

    /// <returns><see langword="null"/> when there is no record, or it is damaged.</returns>
    /// <exception cref="IOException">The record exists, and the disk fails.</exception>
    public static RunRecord? Read(string path)
    {
        RunRecord? record = TryRead(path, out string? damage);
        if (damage is not null)
        {
            Log.Warning(Event.RunRecordDamaged, "the run record cannot be read and counts as a run that vanished", ("path", path), ("reason", damage));
        }

        return record;
    }

    /// <summary>Reads the record for a decision that is made again and again. It logs nothing; the start that follows does.</summary>
    /// <inheritdoc cref="Read"/>
    public static RunRecord? ReadSilently(string path) => TryRead(path, out _);

    /// <summary>Finds which holder of the lock wrote the record (<see cref="RunRecord.Epoch"/>).</summary>
    /// <returns>0 when there is no record, or it is damaged.</returns>
    /// <exception cref="IOException">The record exists, and the disk fails.</exception>
    public static long EpochIn(string path) => TryRead(path, out _)?.Epoch ?? 0;

    private static RunRecord? TryRead(string path, out string? damage)
    {
        damage = null;
        if (Libc.IsMissing(path))
        {
            return null;
        }

        try
        {
            RunRecord record = CheckpointJson.ReadRunRecord(ReadPlainFile(path));
            return IsInRange(record) ? record : throw new InvalidDataException("a value in it is out of range");
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            damage = Faults.Reason(exception);
            return null;
        }
    }

    private static byte[] ReadPlainFile(string path)
    {
        // Only a plain file may be read: reading a FIFO could block, and a device has no end.
        using FileDescriptor? file = Libc.TryOpen(path, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0, out int errno);
        if (file is null)
        {
            throw errno == Errno.ELOOP ? new InvalidDataException("it is a link") : new LinuxException($"cannot open {path}", errno);
        }

        if (Libc.TryStatus(file.Number) is not { IsRegular: true, Size: <= LargestRecord } identity)
        {
            throw new InvalidDataException("it is no plain file, or too large");
        }

        byte[] bytes = new byte[identity.Size];
        return bytes[..Libc.ReadAt(file, 0, bytes)];
    }

    private static bool IsInRange(RunRecord record) =>
        IsGeneration(record.HistoryUpTo) && IsGeneration(record.RestoredFrom ?? 0) && (record.Skipped ?? []).All(IsGeneration)
        && record.Speeds is { CompressedPercent: null or (>= 1 and <= 100) } && record.Speeds.Plain.All(speed => speed >= 0) && record.Speeds.Compressed.All(speed => speed >= 0)
        && IsGeneration(record.State ?? 0) && IsGeneration(record.EarlyEnds)
        && record.Epoch is >= 0 and < LockHolder.HighestEpoch;

    private static bool IsGeneration(int number) => number is >= 0 and <= CheckpointStore.HighestNumber;
}
