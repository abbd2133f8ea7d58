using System.Text.Json;
using Crik.Json;

namespace Crik.Control;

/// <summary>The format of the packets on the control socket: one JSON object each. Fields that are not known are left out.</summary>
internal static class ControlJson
{
    public static byte[] Write(ControlRequest request) => JsonBytes.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("command", request.Command);
        json.WriteBoolean("leaveRunning", request.LeaveRunning);
        json.WriteEndObject();
    });

    /// <exception cref="JsonException">The packet holds no request.</exception>
    public static ControlRequest ReadRequest(byte[] packet) =>
        JsonBytes.Read(packet, from => new ControlRequest { Command = from.Text("command"), LeaveRunning = from.FlagOrFalse("leaveRunning") });

    public static byte[] Write(ControlAnswer answer) => JsonBytes.Write(json =>
    {
        json.WriteStartObject();
        WriteText(json, "problem", answer.Problem);
        WriteNumber(json, "generation", answer.Generation);
        if (answer.Accepted)
        {
            json.WriteBoolean("accepted", true);
        }

        if (answer.Status is { } status)
        {
            json.WritePropertyName("status");
            Write(json, status);
        }

        json.WriteEndObject();
    });

    /// <exception cref="JsonException">The packet holds no answer.</exception>
    public static ControlAnswer ReadAnswer(byte[] packet) => JsonBytes.Read(packet, from => new ControlAnswer
    {
        Problem = from.TextOrNull("problem"),
        Generation = from.IntOrNull("generation"),
        Accepted = from.FlagOrFalse("accepted"),
        Status = from.ObjectOrNull("status", ReadStatus),
    });

    public static void Write(Utf8JsonWriter json, RunStatus status)
    {
        json.WriteStartObject();
        json.WriteString("state", status.State);
        json.WriteString("crik", status.Version);
        WriteNumber(json, "pid", status.Pid);
        WriteTime(json, "startedAt", status.StartedAt);
        json.WriteString("imageDir", status.ImageDir);
        WriteText(json, "privileges", status.Privileges);
        WriteNumber(json, "restoredFrom", status.RestoredFrom);
        WriteNumber(json, "lastCheckpoint", status.LastCheckpoint);
        WriteTime(json, "lastCheckpointAt", status.LastCheckpointAt);
        WriteTime(json, "nextCheckpointAt", status.NextCheckpointAt);
        WriteText(json, "lastFailure", status.LastFailure);
        WriteNumber(json, "missingMiB", status.MissingMiB);
        WriteText(json, "node", status.Node);
        WriteText(json, "nodeReason", status.NodeReason);
        json.WriteEndObject();
    }

    private static RunStatus ReadStatus(JsonElement from) => new()
    {
        State = from.Text("state"),
        Version = from.Text("crik"),
        Pid = from.IntOrNull("pid"),
        StartedAt = from.TimeOrNull("startedAt"),
        ImageDir = from.Text("imageDir"),
        Privileges = from.TextOrNull("privileges"),
        RestoredFrom = from.IntOrNull("restoredFrom"),
        LastCheckpoint = from.IntOrNull("lastCheckpoint"),
        LastCheckpointAt = from.TimeOrNull("lastCheckpointAt"),
        NextCheckpointAt = from.TimeOrNull("nextCheckpointAt"),
        LastFailure = from.TextOrNull("lastFailure"),
        MissingMiB = from.IntOrNull("missingMiB"),
        Node = from.TextOrNull("node"),
        NodeReason = from.TextOrNull("nodeReason"),
    };

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } time)
        {
            json.WriteString(name, time);
        }
    }
}
