using System.Text.Json;
using Crik.Criu;
using Crik.Json;
using static Crik.Json.JsonKinds;

namespace Crik.Store;

/// <summary>Reads and writes the JSON files of an image directory: the manifest, the run record and the holder of the lock.</summary>
internal static class CheckpointJson
{
    /// <summary>A figure of no use must not cost the record that it is in.</summary>
    private static readonly JsonKind<long> s_figure = new(Long.Write, (from, _) => from.ValueKind == JsonValueKind.Number && from.TryGetInt64(out long value) ? value : 0);

    private static readonly JsonKind<RunTotals> s_totals = new(
        ObjectOf<RunTotals>(Totals).Write, (from, _) => from.ValueKind == JsonValueKind.Object ? JsonFields.Read<RunTotals>(from, Totals) : RunTotals.None);

    private static readonly JsonWriterOptions s_options = new() { Indented = true };

    public static byte[] Write(CheckpointManifest manifest) => JsonFields.Write(manifest, Manifest, s_options);

    /// <exception cref="JsonException">It is none.</exception>
    public static CheckpointManifest ReadManifest(ReadOnlyMemory<byte> bytes) => JsonFields.Read<CheckpointManifest>(bytes, Manifest);

    public static byte[] Write(RunRecord record) => JsonFields.Write(record, Record, s_options);

    /// <exception cref="JsonException">It is none.</exception>
    public static RunRecord ReadRunRecord(ReadOnlyMemory<byte> bytes) => JsonFields.Read<RunRecord>(bytes, Record);

    public static byte[] Write(LockHolder holder) => JsonFields.Write(holder, Holder);

    /// <exception cref="JsonException">It is none.</exception>
    public static LockHolder ReadLockHolder(ReadOnlyMemory<byte> bytes) =>
        JsonFields.Read<LockHolder>(bytes, Holder) is { Epoch: >= 0 and < LockHolder.HighestEpoch } holder ? holder
            : throw new JsonException("the epoch is out of range");

    private static CheckpointManifest Manifest(JsonFields fields, CheckpointManifest? manifest) => new()
    {
        Format = fields.Field("format", Int, manifest?.Format),
        Generation = fields.Field("generation", Int, manifest?.Generation),
        Repeats = fields.Optional("repeats", Int, manifest?.Repeats),
        RunId = fields.Field("runId", Text, manifest?.RunId),
        CreatedAt = fields.Field("createdAt", Time, manifest?.CreatedAt),
        CrikVersion = fields.Field("crikVersion", Text, manifest?.CrikVersion),
        CriuVersion = fields.Field("criuVersion", Int, manifest?.CriuVersion),
        Unprivileged = fields.Field("unprivileged", Flag, manifest?.Unprivileged),
        Machine = fields.Field("machine", ObjectOf<MachineFacts>(Machine), manifest?.Machine),
        Command = fields.Field("command", ListOf(Text), manifest?.Command),
        Program = fields.Optional("program", ListOf(Text), manifest?.Program) ?? [],
        RootPid = fields.Field("rootPid", Int, manifest?.RootPid),
        Pids = fields.Field("pids", ListOf(Int), manifest?.Pids),
        Stdio = fields.Field("stdio", ListOf(ObjectOf<StdioLink>(Stream)), manifest?.Stdio),
        Watches = fields.Field("watches", ListOf(ObjectOf<InotifyWatch>(Watch)), manifest?.Watches),
        Traits = fields.Optional("traits", ObjectOf<TreeTraits>(Traits), manifest?.Traits),
        Cgroups = fields.Field("cgroups", ListOf(ObjectOf<CgroupDirectory>(Cgroup)), manifest?.Cgroups),
        ExternalMounts = fields.Field("externalMounts", ListOf(ByteText), manifest?.ExternalMounts),
        Paths = fields.Field("paths", ListOf(ByteText), manifest?.Paths),
        OwnPaths = fields.Optional("ownPaths", ListOf(ByteText), manifest?.OwnPaths) ?? [],
        RenamedFiles = fields.Optional("renamedFiles", ListOf(ObjectOf<RenamedFile>(Renamed)), manifest?.RenamedFiles) ?? [],
        WrittenFiles = fields.Optional("writtenFiles", ListOf(ObjectOf<WrittenFile>(Written)), manifest?.WrittenFiles) ?? [],
        SocketFiles = fields.Optional("socketFiles", ListOf(ObjectOf<SocketFile>(Socket)), manifest?.SocketFiles) ?? [],
        MemoryFileNumber = fields.Optional("memoryFileNumber", Long, manifest?.MemoryFileNumber),
        Addresses = fields.Optional("addresses", ListOf(Text), manifest?.Addresses) ?? [],
        Images = fields.Field("images", ListOf(ObjectOf<ImageFile>(Image)), manifest?.Images),
        CompressedMemory = fields.Optional("compressedMemory", Long, manifest?.CompressedMemory),
        HasFiles = fields.Optional("hasFiles", Flag, manifest?.HasFiles) ?? false,
        Files = fields.Optional("files", ListOf(ObjectOf<ImageFile>(Image)), manifest?.Files) ?? [],
    };

    private static RunRecord Record(JsonFields fields, RunRecord? record) => new()
    {
        RunId = fields.Field("runId", Text, record?.RunId),
        StartedAt = fields.Field("startedAt", Time, record?.StartedAt),
        HostName = fields.Field("hostName", Text, record?.HostName),
        RestoredFrom = fields.Optional("restoredFrom", Int, record?.RestoredFrom),
        State = fields.Optional("state", Int, record?.State),
        EarlyEnds = fields.Optional("earlyEnds", Int, record?.EarlyEnds) ?? 0,
        PodUid = fields.Optional("podUid", Text, record?.PodUid),
        BootId = fields.Optional("bootId", Text, record?.BootId),
        HistoryUpTo = fields.Optional("historyUpTo", Int, record?.HistoryUpTo) ?? 0,
        Epoch = fields.Optional("epoch", Long, record?.Epoch) ?? 0,
        Skipped = fields.Optional("skipped", ListOf(Int), record?.Skipped),
        Speeds = new(
            fields.Optional("speeds", ListOf(Long), record?.Speeds.Plain) ?? Single(fields.Optional("bytesPerSecond", Long)),
            fields.Optional("compressedSpeeds", ListOf(Long), record?.Speeds.Compressed) ?? Single(fields.Optional("compressedBytesPerSecond", Long)),
            fields.Optional("compressedPercent", Int, record?.Speeds.CompressedPercent)),
        Totals = fields.Optional("totals", s_totals, record?.Totals),
        End = fields.Optional("end", ObjectOf<RunEnd>(End), record?.End),
    };

    /// <summary>Leaves out what is 0.</summary>
    private static RunTotals Totals(JsonFields fields, RunTotals? totals)
    {
        long[] values = new long[RunTotals.Names.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = fields.Optional(RunTotals.Names[i], s_figure, totals?[i] is > 0 and { } known ? known : null) ?? 0;
        }

        return RunTotals.Of(values);
    }

    /// <summary>Makes a list of the single speed that an earlier crik recorded.</summary>
    private static IReadOnlyList<long> Single(long? speed) => speed is { } known ? [known] : [];

    private static RunEnd End(JsonFields fields, RunEnd? end) => new(
        KindOf(fields.Field("kind", Text, end?.Kind.ToString())), fields.Field("at", Time, end?.At), fields.Field("exitCode", Int, end?.ExitCode),
        fields.Field("signal", Int, end?.Signal), fields.Optional("afterSigterm", Flag, end?.AfterSigterm) ?? false);

    private static RunEndKind KindOf(string name) =>
        Enum.TryParse(name, out RunEndKind kind) && kind.ToString() == name ? kind : throw new JsonException($"'{name}' is no way for a run to end");

    private static LockHolder Holder(JsonFields fields, LockHolder? holder) => new(
        fields.Field("hostName", Text, holder?.HostName), fields.Field("pid", Int, holder?.Pid), fields.Field("since", Time, holder?.Since),
        fields.Optional("epoch", Long, holder?.Epoch) ?? 0);

    private static MachineFacts Machine(JsonFields fields, MachineFacts? machine) => new(
        fields.Field("architecture", Text, machine?.Architecture), fields.Field("kernelRelease", Text, machine?.KernelRelease),
        fields.Field("hostName", Text, machine?.HostName), fields.Field("bootId", Text, machine?.BootId),
        fields.Field("cpuFeatures", ListOf(Text), machine?.CpuFeatures), fields.Field("monotonicMilliseconds", Long, machine?.MonotonicMilliseconds),
        fields.Optional("nodeName", Text, machine?.NodeName, writesNull: true));

    private static StdioLink Stream(JsonFields fields, StdioLink? link) => new(
        fields.Field("stream", Int, link?.Stream), fields.Field("kind", Text, link?.Kind), fields.Field("key", Text, link?.Key),
        fields.Field("holders", ListOf(ObjectOf<DescriptorHolder>(Descriptor)), link?.Holders), fields.Field("imageIds", ListOf(UInt), link?.ImageIds));

    private static DescriptorHolder Descriptor(JsonFields fields, DescriptorHolder? holder) =>
        new(fields.Field("pid", Int, holder?.Pid), fields.Field("descriptor", Int, holder?.Descriptor));

    private static InotifyWatch Watch(JsonFields fields, InotifyWatch? watch) => new(
        fields.Field("pid", Int, watch?.Pid), fields.Field("descriptor", Int, watch?.Descriptor), fields.Field("number", Int, watch?.Number),
        fields.Field("mask", UInt, watch?.Mask), fields.Field("path", ByteText, watch?.Path));

    private static TreeTraits Traits(JsonFields fields, TreeTraits? traits) => new(
        fields.Field("own", ListOf(Text), traits?.Own), fields.Field("processes", ListOf(ObjectOf<TraitGroup>(Group)), traits?.Processes),
        fields.Field("threads", ListOf(ObjectOf<TraitGroup>(Group)), traits?.Threads))
    {
        Sockets = fields.Optional("sockets", ListOf(ObjectOf<DescriptorTraits>(TraitsOfDescriptor)), traits?.Sockets) ?? [],
        Locks = fields.Optional("locks", ListOf(Text), traits?.Locks) ?? [],
        Groups = fields.Optional("groups", ListOf(Text), traits?.Groups) ?? [],
        Descriptors = fields.Optional("descriptors", ListOf(ObjectOf<DescriptorTraits>(TraitsOfDescriptor)), traits?.Descriptors) ?? [],
    };

    private static DescriptorTraits TraitsOfDescriptor(JsonFields fields, DescriptorTraits? traits) => new(
        fields.Field("pid", Int, traits?.Pid), fields.Field("descriptor", Int, traits?.Descriptor), fields.Field("options", ListOf(Text), traits?.Traits));

    private static TraitGroup Group(JsonFields fields, TraitGroup? group) =>
        new(fields.Field("tasks", ListOf(Int), group?.Tasks), fields.Field("traits", ListOf(Text), group?.Traits));

    private static CgroupDirectory Cgroup(JsonFields fields, CgroupDirectory? cgroup) => new(
        fields.Field("hierarchy", Text, cgroup?.Hierarchy), fields.Field("mountPoint", Text, cgroup?.MountPoint),
        fields.Field("directory", Text, cgroup?.Directory));

    private static RenamedFile Renamed(JsonFields fields, RenamedFile? file) =>
        new(fields.Field("seen", ByteText, file?.Seen), fields.Field("path", ByteText, file?.Path));

    /// <summary>The inode is text, because not every JSON reader takes numbers of 64 bits.</summary>
    private static WrittenFile Written(JsonFields fields, WrittenFile? file) => new(
        fields.Field("path", ByteText, file?.Path),
        new(fields.Field("size", Long, file?.Stamp.Size), fields.Field("modifiedNs", Long, file?.Stamp.ModifiedNs),
            ulong.TryParse(
                fields.Optional("inode", Text, file?.Stamp.Inode?.ToString(CultureInfo.InvariantCulture)),
                NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode) ? inode : null));

    private static SocketFile Socket(JsonFields fields, SocketFile? file) => new(
        fields.Field("sockets", ListOf(UInt), file?.Sockets), fields.Field("names", ListOf(ByteText), file?.Names),
        fields.Field("mode", UInt, file?.Mode), fields.Field("userId", UInt, file?.UserId), fields.Field("groupId", UInt, file?.GroupId));

    private static ImageFile Image(JsonFields fields, ImageFile? image) => new(
        fields.Field("name", Text, image?.Name), fields.Field("size", Long, image?.Size), fields.Optional("checksum", UInt, image?.Checksum));
}
