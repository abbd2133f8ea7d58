using System.Text.Json;
using Crik.Criu;
using Crik.Files;
using Crik.Json;

namespace Crik.Store;

/// <summary>Reads and writes the JSON files of an image directory: the manifest, the run record and the holder of the lock.</summary>
internal static class CheckpointJson
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true };

    public static byte[] Write(CheckpointManifest manifest) => JsonBytes.Write(
        json =>
        {
            json.WriteStartObject();
            json.WriteNumber("format", manifest.Format);
            json.WriteNumber("generation", manifest.Generation);
            json.WriteString("runId", manifest.RunId);
            json.WriteString("createdAt", manifest.CreatedAt);
            json.WriteString("crikVersion", manifest.CrikVersion);
            json.WriteNumber("criuVersion", manifest.CriuVersion);
            json.WriteBoolean("unprivileged", manifest.Unprivileged);
            WriteMachine(json, manifest.Machine);
            json.WriteTexts("command", manifest.Command);
            json.WriteNumber("rootPid", manifest.RootPid);
            json.WriteList("pids", manifest.Pids, json.WriteNumberValue);
            json.WriteObjects("stdio", manifest.Stdio, link => WriteStream(json, link));
            json.WriteObjects("watches", manifest.Watches, watch => WriteWatch(json, watch));
            json.WriteObjects("cgroups", manifest.Cgroups, cgroup => WriteCgroup(json, cgroup));
            json.WriteByteTexts("externalMounts", manifest.ExternalMounts);
            json.WriteByteTexts("paths", manifest.Paths);
            json.WriteByteTexts("ownPaths", manifest.OwnPaths);
            json.WriteObjects("writtenFiles", manifest.WrittenFiles, file => WriteWritten(json, file));
            json.WriteTexts("addresses", manifest.Addresses);
            json.WriteObjects("images", manifest.Images, image => WriteImage(json, image));
            if (manifest.CompressedMemory is { } memory)
            {
                json.WriteNumber("compressedMemory", memory);
            }

            json.WriteBoolean("hasFiles", manifest.HasFiles);
            json.WriteObjects("files", manifest.Files, file => WriteImage(json, file));
            json.WriteEndObject();
        },
        s_options);

    /// <exception cref="JsonException">It is none.</exception>
    public static CheckpointManifest ReadManifest(ReadOnlyMemory<byte> bytes) => JsonBytes.Read(bytes, from => new CheckpointManifest
    {
        Format = from.Int("format"),
        Generation = from.Int("generation"),
        RunId = from.Text("runId"),
        CreatedAt = from.Time("createdAt"),
        CrikVersion = from.Text("crikVersion"),
        CriuVersion = from.Int("criuVersion"),
        Unprivileged = from.Flag("unprivileged"),
        Machine = from.Object("machine", ReadMachine),
        Command = from.Texts("command"),
        RootPid = from.Int("rootPid"),
        Pids = from.Ints("pids"),
        Stdio = from.Objects("stdio", ReadStream),
        Watches = from.Objects("watches", item => new InotifyWatch(item.Int("pid"), item.Int("descriptor"), item.Int("number"), item.UInt("mask"), item.ByteText("path"))),
        Cgroups = from.Objects("cgroups", item => new CgroupDirectory(item.Text("hierarchy"), item.Text("mountPoint"), item.Text("directory"))),
        ExternalMounts = from.ByteTexts("externalMounts"),
        Paths = from.ByteTexts("paths"),
        OwnPaths = from.ByteTextsOrNull("ownPaths") ?? [],
        WrittenFiles = from.ObjectsOrNull("writtenFiles", ReadWritten) ?? [],
        Addresses = from.TextsOrNull("addresses") ?? [],
        Images = from.Objects("images", ReadImage),
        CompressedMemory = from.LongOrNull("compressedMemory"),
        HasFiles = from.FlagOrFalse("hasFiles"),
        Files = from.ObjectsOrNull("files", ReadImage) ?? [],
    });

    public static byte[] Write(RunRecord record) => JsonBytes.Write(
        json =>
        {
            json.WriteStartObject();
            json.WriteString("runId", record.RunId);
            json.WriteString("startedAt", record.StartedAt);
            json.WriteString("hostName", record.HostName);
            if (record.RestoredFrom is { } generation)
            {
                json.WriteNumber("restoredFrom", generation);
            }

            json.WriteNumber("historyUpTo", record.HistoryUpTo);
            json.WriteNumber("epoch", record.Epoch);
            if (record.Skipped is { } skipped)
            {
                json.WriteList("skipped", skipped, json.WriteNumberValue);
            }

            WriteSpeeds(json, record.Speeds);

            if (record.End is { } end)
            {
                json.WriteStartObject("end");
                json.WriteString("kind", end.Kind.ToString());
                json.WriteString("at", end.At);
                json.WriteNumber("exitCode", end.ExitCode);
                json.WriteNumber("signal", end.Signal);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        },
        s_options);

    /// <exception cref="JsonException">It is none.</exception>
    public static RunRecord ReadRunRecord(ReadOnlyMemory<byte> bytes) => JsonBytes.Read(bytes, from => new RunRecord
    {
        RunId = from.Text("runId"),
        StartedAt = from.Time("startedAt"),
        HostName = from.Text("hostName"),
        RestoredFrom = from.IntOrNull("restoredFrom"),
        HistoryUpTo = from.IntOrNull("historyUpTo") ?? 0,
        Skipped = from.IntsOrNull("skipped"),
        Epoch = from.LongOrNull("epoch") ?? 0,
        Speeds = new(
            from.LongsOrNull("speeds") ?? Single(from.LongOrNull("bytesPerSecond")), from.LongsOrNull("compressedSpeeds") ?? Single(from.LongOrNull("compressedBytesPerSecond")),
            from.IntOrNull("compressedPercent")),
        End = from.ObjectOrNull("end", end => new RunEnd(ReadKind(end.Text("kind")), end.Time("at"), end.Int("exitCode"), end.Int("signal"))),
    });

    public static byte[] Write(LockHolder holder) => JsonBytes.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("hostName", holder.HostName);
        json.WriteNumber("pid", holder.Pid);
        json.WriteString("since", holder.Since);
        json.WriteNumber("epoch", holder.Epoch);
        json.WriteEndObject();
    });

    /// <exception cref="JsonException">It is none.</exception>
    public static LockHolder ReadLockHolder(ReadOnlyMemory<byte> bytes) =>
        JsonBytes.Read(bytes, from => new LockHolder(from.Text("hostName"), from.Int("pid"), from.Time("since"), from.LongOrNull("epoch") ?? 0)) is { Epoch: >= 0 and < LockHolder.HighestEpoch } holder
            ? holder
            : throw new JsonException("the epoch is out of range");

    private static void WriteSpeeds(Utf8JsonWriter json, WriteSpeeds speeds)
    {
        json.WriteList("speeds", speeds.Plain, json.WriteNumberValue);
        json.WriteList("compressedSpeeds", speeds.Compressed, json.WriteNumberValue);
        if (speeds.CompressedPercent is { } percent)
        {
            json.WriteNumber("compressedPercent", percent);
        }
    }

    /// <summary>Makes a list of the single speed that an earlier crik recorded.</summary>
    private static IReadOnlyList<long> Single(long? speed) => speed is { } known ? [known] : [];

    private static void WriteMachine(Utf8JsonWriter json, MachineFacts machine)
    {
        json.WriteStartObject("machine");
        json.WriteString("architecture", machine.Architecture);
        json.WriteString("kernelRelease", machine.KernelRelease);
        json.WriteString("hostName", machine.HostName);
        json.WriteString("bootId", machine.BootId);
        json.WriteTexts("cpuFeatures", machine.CpuFeatures);
        json.WriteNumber("monotonicMilliseconds", machine.MonotonicMilliseconds);
        json.WriteText("nodeName", machine.NodeName);
        json.WriteEndObject();
    }

    private static MachineFacts ReadMachine(JsonElement from) => new(
        from.Text("architecture"), from.Text("kernelRelease"), from.Text("hostName"), from.Text("bootId"), from.Texts("cpuFeatures"),
        from.Long("monotonicMilliseconds"), from.TextOrNull("nodeName"));

    private static void WriteStream(Utf8JsonWriter json, StdioLink link)
    {
        json.WriteNumber("stream", link.Stream);
        json.WriteString("kind", link.Kind);
        json.WriteString("key", link.Key);
        json.WriteObjects("holders", link.Holders, holder =>
        {
            json.WriteNumber("pid", holder.Pid);
            json.WriteNumber("descriptor", holder.Descriptor);
        });
        json.WriteList("imageIds", link.ImageIds, json.WriteNumberValue);
    }

    private static StdioLink ReadStream(JsonElement from) => new(
        from.Int("stream"), from.Text("kind"), from.Text("key"),
        from.Objects("holders", holder => new DescriptorHolder(holder.Int("pid"), holder.Int("descriptor"))), from.UInts("imageIds"));

    private static void WriteWatch(Utf8JsonWriter json, InotifyWatch watch)
    {
        json.WriteNumber("pid", watch.Pid);
        json.WriteNumber("descriptor", watch.Descriptor);
        json.WriteNumber("number", watch.Number);
        json.WriteNumber("mask", watch.Mask);
        json.WriteByteText("path", watch.Path);
    }

    private static void WriteCgroup(Utf8JsonWriter json, CgroupDirectory cgroup)
    {
        json.WriteString("hierarchy", cgroup.Hierarchy);
        json.WriteString("mountPoint", cgroup.MountPoint);
        json.WriteString("directory", cgroup.Directory);
    }

    private static void WriteWritten(Utf8JsonWriter json, WrittenFile file)
    {
        json.WriteByteText("path", file.Path);
        json.WriteNumber("size", file.Stamp.Size);
        json.WriteNumber("modifiedNs", file.Stamp.ModifiedNs);
        if (file.Stamp.Inode is { } inode)
        {
            json.WriteString("inode", inode.ToString(CultureInfo.InvariantCulture)); // as text, because not every JSON reader takes numbers of 64 bits
        }
    }

    private static WrittenFile ReadWritten(JsonElement from) => new(
        from.ByteText("path"), new FileStamp(from.Long("size"), from.Long("modifiedNs"),
            ulong.TryParse(from.TextOrNull("inode"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode) ? inode : null));

    private static ImageFile ReadImage(JsonElement from) => new(from.Text("name"), from.Long("size"), from.UIntOrNull("checksum"));

    private static void WriteImage(Utf8JsonWriter json, ImageFile image)
    {
        json.WriteString("name", image.Name);
        json.WriteNumber("size", image.Size);
        if (image.Checksum is { } checksum)
        {
            json.WriteNumber("checksum", checksum);
        }
    }

    private static RunEndKind ReadKind(string name) =>
        Enum.TryParse(name, out RunEndKind kind) && kind.ToString() == name ? kind : throw new JsonException($"'{name}' is no way for a run to end");
}
