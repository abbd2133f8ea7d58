using Crik.Store;

namespace Crik.Inspection;

/// <summary>Writes a report as tables: what the checkpoint is, its processes, files, sockets and mounts, and whether it can be restored here.</summary>
internal static class ReportTable
{
    private const int MostUnseen = 10;

    public static string Write(CheckpointReport report, DateTimeOffset now)
    {
        StringBuilder text = new();
        Summary(report, now).Write(text);
        Section(text, "PROCESSES", Processes(report));
        Section(text, "OPEN FILES", Files(report));
        Section(text, "SOCKETS", Sockets(report));
        Section(text, "MOUNTS", Mounts(report));
        Section(text, "CAN BE RESTORED", Verdict(report));
        Section(text, "HERE", Here(report));
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, TextTable table)
    {
        if (!table.IsEmpty)
        {
            text.Append('\n').Append(title).Append('\n');
            table.Write(text);
        }
    }

    private static TextTable Summary(CheckpointReport report, DateTimeOffset now)
    {
        StoredCheckpoint stored = report.Stored;
        TextTable table = new("checkpoint", stored.Generation > 0 ? $"{stored.Generation} ({stored.StateName})" : "images of criu");
        table.Add("path", Words.Printable(stored.Path));
        if (report.Manifest is { } manifest)
        {
            MachineFacts machine = manifest.Machine;
            table.Add("made", $"{Words.Moment(manifest.CreatedAt)}, {Words.Span(now > manifest.CreatedAt ? now - manifest.CreatedAt : TimeSpan.Zero)} ago");
            table.Add("by", $"crik {Words.Printable(manifest.CrikVersion)}, criu {Words.Version(manifest.CriuVersion)}, {(manifest.Unprivileged ? "basic" : "full")} level");
            table.Add("pod", Words.Printable(machine.HostName));
            table.Add("node", Words.Printable(machine.NodeName ?? "unknown"));
            table.Add("machine", Words.Printable($"{machine.Architecture}, Linux {machine.KernelRelease}, up {Words.Span(TimeSpan.FromMilliseconds(machine.MonotonicMilliseconds))}"));
            table.Add("program", Words.Command(manifest.Command));
        }

        table.Add("frozen", report.Frozen is { } frozen ? Words.Span(frozen) : "not recorded");
        table.Add("size", $"{Words.Size(stored.Bytes)}, of which {Words.Size(report.MemoryBytes)} are memory{Compression(report.Manifest)}");
        table.Add("processes", $"{report.Tasks.Length}");
        return table;
    }

    private static string Compression(CheckpointManifest? manifest) =>
        manifest?.CompressedMemory is { } memory ? $", compressed from about {Words.Size(memory)}" : "";

    private static TextTable Processes(CheckpointReport report) =>
        new TextTable("PID", "PARENT", "STATE", "THREADS", "UID", "MEMORY", "SHARED", "MAPPED", "COMMAND").With(report.Tasks.Select(task => new[]
        {
            $"{task.Pid}", $"{task.Parent}", task.State, $"{task.Threads}", $"{task.UserId}", Words.Size(task.SavedBytes), Words.Size(task.SharedBytes),
            Words.Size(task.MappedBytes), Command(task),
        }));

    private static TextTable Files(CheckpointReport report) =>
        new TextTable("PID", "FD", "KIND", "ACCESS", "WHAT").With(report.Tasks.Where(task => !task.IsDead).SelectMany(task => (string[][])
        [
            [$"{task.Pid}", "exe", "file", "", Words.Printable(task.Executable ?? "?")],
            [$"{task.Pid}", "cwd", "file", "", Words.Printable(task.WorkingDirectory ?? "?")],
            .. task.Files.Where(file => file.Socket is null).Select(file => new[] { $"{task.Pid}", $"{file.Descriptor}", file.Kind, file.Access, What(file) }),
        ]));

    private static TextTable Sockets(CheckpointReport report) =>
        new TextTable("PID", "FD", "KIND", "STATE", "LOCAL", "PEER").With(report.Tasks.SelectMany(task => task.Files
            .Where(file => file.Socket is not null)
            .Select(file => new[]
            {
                $"{task.Pid}", $"{file.Descriptor}", file.Kind, file.Socket!.State, Words.Printable(file.Socket.Local), Words.Printable(file.Socket.Peer),
            })));

    private static TextTable Mounts(CheckpointReport report) => new TextTable("MOUNT POINT", "TYPE", "SOURCE")
        .With(report.Mounts.Select(mount => new[]
        {
            Words.Printable(mount.Point), Words.Printable(mount.Type), mount.IsExternal ? "the container's" : Words.Printable(mount.Source),
        }))
        .With((report.Manifest?.ExternalMounts ?? []).Select(point => new[] { Words.Printable(point), "-", "the container's" }));

    private static TextTable Verdict(CheckpointReport report)
    {
        TextTable table = new("VERDICT", "BECAUSE");
        IReadOnlyList<string> unseen = report.Restorable.Unseen;
        return !report.Restorable.IsGood ? table.With(report.Restorable.Objections.Select(objection => new[] { "no", Words.Printable(objection.ToString()) }))
            : unseen.Count == 0 ? table.With([["yes", "everything that the program has open is in the checkpoint"]])
            : table.With([["yes", $"if the pod has these {unseen.Count} files in its image or on its volumes, which crik cannot see from here:"]])
                .With(unseen.Take(MostUnseen).Select(path => new[] { "", Words.Printable(path) }))
                .With(unseen.Count > MostUnseen ? [["", $"and {unseen.Count - MostUnseen} more"]] : []);
    }

    private static TextTable Here(CheckpointReport report)
    {
        TextTable table = new TextTable("RESULT", "MEANING")
            .With(new[] { report.Damage }.OfType<string>().Concat(report.Fit.Problems).Select(problem => new[] { "problem", Words.Printable(problem) }))
            .With(report.Fit.Remarks.Select(remark => new[] { "warning", Words.Printable(remark) }));
        return table.IsEmpty && report is { Manifest: not null, Restorable.IsGood: true }
            ? table.With([["ok", "the checkpoint is whole and can be restored on this machine"]])
            : table;
    }

    internal static string Command(SavedTask task) => task.Command.Length > 0 ? Words.Command(task.Command) : $"[{Words.Printable(task.Name)}]";

    internal static string What(SavedFile file) => file.Stream >= 0
        ? $"{Words.Printable(file.What)} (the container's {file.Stream switch { 0 => "standard input", 1 => "standard output", _ => "standard error" }})"
        : Words.Printable(file.What);
}
