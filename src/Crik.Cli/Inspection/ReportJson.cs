using System.Text.Json;
using Crik.Json;
using Crik.Store;

namespace Crik.Inspection;

/// <summary>Writes a report as JSON, with all text as it is in the images: only the other forms are made for a terminal.</summary>
internal static class ReportJson
{
    public static string Write(CheckpointReport report) => JsonOutput.Print(json =>
    {
        WriteCheckpoint(json, report);
        json.WriteObjects("processes", report.Tasks, task => WriteTask(json, task));
        json.WriteTexts("containerMounts", report.Manifest?.ExternalMounts);
        json.WriteObjects("mounts", report.Mounts, mount =>
        {
            json.WriteString("mountPoint", mount.Point);
            json.WriteString("type", mount.Type);
            json.WriteString("source", mount.Source);
            json.WriteBoolean("external", mount.IsExternal);
        });
        json.WriteBoolean("restorable", report.Restorable.IsGood);
        json.WriteTexts("objections", [.. report.Restorable.Objections.Select(objection => objection.ToString())]);
        json.WriteTexts("neededOfPod", report.Restorable.Unseen);
        json.WriteString("damage", report.Damage);
        json.WriteTexts("problems", report.Fit.Problems);
        json.WriteTexts("warnings", report.Fit.Remarks);
    });

    private static void WriteCheckpoint(Utf8JsonWriter json, CheckpointReport report)
    {
        CheckpointManifest? manifest = report.Manifest;
        json.WriteNumber("generation", report.Stored.Generation);
        json.WriteString("state", report.Stored.StateName);
        json.WriteString("path", report.Stored.Path);
        json.WriteString("createdAt", report.Stored.At);
        json.WriteString("pod", manifest?.Machine.HostName);
        json.WriteString("node", manifest?.Machine.NodeName);
        json.WriteString("architecture", manifest?.Machine.Architecture);
        json.WriteString("kernel", manifest?.Machine.KernelRelease);
        json.WriteString("crikVersion", manifest?.CrikVersion);
        json.WriteString("criuVersion", manifest is null ? null : Words.Version(manifest.CriuVersion));
        json.WriteString("level", manifest is null ? null : manifest.Unprivileged ? "basic" : "full");
        json.WriteTexts("command", manifest?.Command);
        json.WriteMilliseconds("frozenMilliseconds", report.Frozen);
        json.WriteNumber("bytes", report.Stored.Bytes);
        json.WriteNumber("memoryBytes", report.MemoryBytes);
        if (manifest?.CompressedMemory is { } compressed)
        {
            json.WriteNumber("compressedFromBytes", compressed);
        }
    }

    private static void WriteTask(Utf8JsonWriter json, SavedTask task)
    {
        json.WriteNumber("pid", task.Pid);
        json.WriteNumber("parent", task.Parent);
        json.WriteNumber("group", task.Group);
        json.WriteNumber("session", task.Session);
        json.WriteNumber("threads", task.Threads);
        json.WriteString("name", task.Name);
        json.WriteString("state", task.State);
        json.WriteNumber("uid", task.UserId);
        json.WriteTexts("command", task.Command);
        json.WriteString("executable", task.Executable);
        json.WriteString("workingDirectory", task.WorkingDirectory);
        json.WriteNumber("memoryBytes", task.SavedBytes);
        json.WriteNumber("sharedBytes", task.SharedBytes);
        json.WriteNumber("mappedBytes", task.MappedBytes);
        json.WriteObjects("files", task.Files, file => WriteFile(json, file));
    }

    private static void WriteFile(Utf8JsonWriter json, SavedFile file)
    {
        json.WriteNumber("descriptor", file.Descriptor);
        json.WriteString("kind", file.Kind);
        json.WriteString("what", file.What);
        json.WriteString("access", file.Access.Length > 0 ? file.Access : null);
        json.WriteString("stream", file.Stream switch { 0 => "stdin", 1 => "stdout", 2 => "stderr", _ => null });
        if (file.Socket is { } socket)
        {
            json.WriteString("state", socket.State);
            json.WriteString("local", socket.Local);
            json.WriteString("peer", socket.Peer.Length > 0 ? socket.Peer : null);
        }
    }
}
