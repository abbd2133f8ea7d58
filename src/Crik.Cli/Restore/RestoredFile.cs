using Crik.Diagnostics;
using Crik.Init;
using Crik.Json;
using Crik.Store;

namespace Crik.Restore;

/// <summary>
/// Writes the file that tells a restored program about the new pod, because the program still has the environment and the host name of the
/// old one. crik writes the file before the program runs again, and removes it at a fresh start.
/// </summary>
internal static class RestoredFile
{
    public static void Write(string? path, CheckpointManifest manifest, DateTimeOffset now)
    {
        if (path is not null && Faults.Of(() => ReplacedFile.Write(path, Describe(manifest, now), FileModes.OwnFile)) is { } fault) // the environment may hold secrets
        {
            Log.Error(Event.RestoredFileFailed, "restoredFile could not be written", ("reason", fault.Message));
        }
    }

    public static void Remove(string? path)
    {
        if (path is not null && Faults.Of(() => File.Delete(path)) is { } fault)
        {
            Log.Error(Event.RestoredFileFailed, "restoredFile of an earlier run could not be removed", ("reason", fault.Message));
        }
    }

    private static byte[] Describe(CheckpointManifest manifest, DateTimeOffset now) => Encoding.UTF8.GetBytes(JsonOutput.Print(json =>
    {
        json.WriteNumber("generation", manifest.Generation);
        json.WriteString("restoredAt", now.UtcDateTime);
        json.WriteString("checkpointedAt", manifest.CreatedAt.UtcDateTime);
        json.WriteNumber("awaySeconds", Math.Round((now - manifest.CreatedAt).TotalSeconds, 3));
        json.WriteString("hostName", Environment.MachineName);
        json.WriteString("hostNameBefore", manifest.Machine.HostName);
        json.WriteStartObject("environment");
        foreach (string entry in EnvironmentBlock.Current)
        {
            int end = entry.IndexOf('=', StringComparison.Ordinal);
            json.WriteString(ByteStrings.Printable(entry[..end]), ByteStrings.Printable(entry[(end + 1)..]));
        }

        json.WriteEndObject();
    }));
}
