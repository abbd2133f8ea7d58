using System.Text.Json;
using Crik.Diagnostics;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>Reads <c>run.json</c> back as what it is, untrusted input. Whatever is wrong with it must not stop a start.</summary>
internal static class RunRecordReader
{
    private const int LargestRecord = 1 << 20;

    /// <returns><see langword="null"/> when there is none, or none that makes sense.</returns>
    /// <exception cref="IOException">It is there, and its disk fails.</exception>
    public static RunRecord? Read(string path)
    {
        if (Libc.IsMissing(path))
        {
            return null;
        }

        try
        {
            RunRecord record = CheckpointJson.ReadRunRecord(ReadPlainFile(path));
            return MakesSense(record) ? record : throw new InvalidDataException("it makes no sense");
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            Log.Warning("the run record cannot be read and counts as a run that vanished", ("path", path), ("reason", exception.Message));
            return null;
        }
    }

    private static byte[] ReadPlainFile(string path)
    {
        // A FIFO would be waited for, and a device has no end.
        using FileDescriptor? file = Libc.TryOpen(path, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0, out int errno);
        if (file is null)
        {
            throw errno == Errno.ELOOP ? new InvalidDataException("it is a link") : new LinuxException($"cannot open {path}", errno);
        }

        if (Libc.Identify(file.Number) is not { IsRegular: true, Size: <= LargestRecord } identity)
        {
            throw new InvalidDataException("it is no plain file, or too large");
        }

        byte[] bytes = new byte[identity.Size];
        return bytes[..Libc.ReadAt(file, 0, bytes)];
    }

    private static bool MakesSense(RunRecord record) =>
        IsGeneration(record.HistoryUpTo) && IsGeneration(record.RestoredFrom ?? 0) && (record.Skipped ?? []).All(IsGeneration)
        && record.Speeds is { BytesPerSecond: null or >= 0, CompressedBytesPerSecond: null or >= 0, CompressedPercent: null or (>= 1 and <= 100) };

    private static bool IsGeneration(int number) => number is >= 0 and <= CheckpointStore.HighestNumber;
}
