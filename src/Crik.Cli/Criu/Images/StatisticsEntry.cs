namespace Crik.Criu.Images;

/// <summary>The figures of a dump or of a restore: <c>stats-dump</c>.</summary>
/// <remarks>stats_entry of criu's images/stats.proto.</remarks>
internal readonly ref struct StatisticsEntry(ReadOnlySpan<byte> message)
{
    private const int DumpField = 1;

    // of dump_stats_entry, in microseconds
    private const int FreezingField = 1;
    private const int FrozenField = 2;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>How long a dump kept the tasks frozen, including the time to freeze them; <see langword="null"/> for figures of a restore.</summary>
    public TimeSpan? Frozen => ProtoReader.FindBytes(_message, DumpField) is { IsEmpty: false } dump
        ? TimeSpan.FromTicks(((uint)ProtoReader.FindNumber(dump, FreezingField) + (long)(uint)ProtoReader.FindNumber(dump, FrozenField)) * TimeSpan.TicksPerMicrosecond)
        : null;
}
