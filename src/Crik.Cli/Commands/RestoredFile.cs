using System.Text;
using Crik.Checkpoints;
using Crik.Configuration;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Json;
using Crik.Linux;

namespace Crik.Commands;

/// <summary>
/// Tells a restored program where it is now: its own environment, host name and clock are those of the pod it comes from.
/// Written before the program runs again, and removed at a fresh start.
/// </summary>
internal static class RestoredFile
{
    private const uint OwnerOnly = 0x180; // the environment may hold secrets

    public static void Write(CrikOptions options, CheckpointManifest manifest, DateTimeOffset now)
    {
        if (options.RestoredFile is not { } path)
        {
            return;
        }

        try
        {
            string next = $"{path}.new";
            using (FileDescriptor file = Libc.Create(next, OwnerOnly))
            {
                Libc.Write(file, Describe(manifest, now), next);
            }

            Libc.Rename(next, path);
        }
        catch (IOException exception)
        {
            Log.Error("restoredFile could not be written", ("reason", exception.Message));
        }
    }

    public static void Remove(CrikOptions options)
    {
        try
        {
            if (options.RestoredFile is { } path)
            {
                File.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Error("restoredFile of an earlier run could not be removed", ("reason", exception.Message));
        }
    }

    private static byte[] Describe(CheckpointManifest manifest, DateTimeOffset now) => Encoding.UTF8.GetBytes(JsonOutput.Print(json =>
    {
        json.WriteStartObject();
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
        json.WriteEndObject();
    }));
}
