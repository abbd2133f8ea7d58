using System.Text.Json;
using Crik.Json;
using static Crik.Json.JsonKinds;

namespace Crik.Control;

/// <summary>The format of the packets on the control socket: one JSON object each. Fields that are not known are left out.</summary>
internal static class ControlJson
{
    public static byte[] Write(ControlRequest request) => JsonFields.Write(request, Request);

    /// <exception cref="JsonException">The packet holds no request.</exception>
    public static ControlRequest ReadRequest(byte[] packet) => JsonFields.Read<ControlRequest>(packet, Request);

    public static byte[] Write(ControlAnswer answer) => JsonFields.Write(answer, Answer);

    /// <exception cref="JsonException">The packet holds no answer.</exception>
    public static ControlAnswer ReadAnswer(byte[] packet) => JsonFields.Read<ControlAnswer>(packet, Answer);

    public static RunStatus Status(JsonFields fields, RunStatus? status) => new()
    {
        State = fields.Field("state", Text, status?.State),
        Version = fields.Field("crik", Text, status?.Version),
        Pid = fields.Optional("pid", Int, status?.Pid),
        StartedAt = fields.Optional("startedAt", Time, status?.StartedAt),
        ImageDir = fields.Field("imageDir", Text, status?.ImageDir),
        Slot = fields.Optional("slot", Int, status?.Slot),
        Privileges = fields.Optional("privileges", Text, status?.Privileges),
        RestoredFrom = fields.Optional("restoredFrom", Int, status?.RestoredFrom),
        LastCheckpoint = fields.Optional("lastCheckpoint", Int, status?.LastCheckpoint),
        LastCheckpointAt = fields.Optional("lastCheckpointAt", Time, status?.LastCheckpointAt),
        NextCheckpointAt = fields.Optional("nextCheckpointAt", Time, status?.NextCheckpointAt),
        CheckpointAtTermination = fields.Optional("checkpointAtTermination", Flag, status?.CheckpointAtTermination),
        LastFailure = fields.Optional("lastFailure", Text, status?.LastFailure),
        MissingMiB = fields.Optional("missingMiB", Int, status?.MissingMiB),
        Node = fields.Optional("node", Text, status?.Node),
        NodeReason = fields.Optional("nodeReason", Text, status?.NodeReason),
    };

    private static ControlRequest Request(JsonFields fields, ControlRequest? request) =>
        new(fields.Field("command", Text, request?.Command), fields.Optional("leaveRunning", Flag, request?.LeaveRunning) ?? false);

    private static ControlAnswer Answer(JsonFields fields, ControlAnswer? answer) => new(
        fields.Optional("problem", Text, answer?.Problem), fields.Optional("generation", Int, answer?.Generation),
        fields.Optional("accepted", Flag, answer is { Accepted: true } ? true : null) ?? false,
        fields.Optional("status", ObjectOf<RunStatus>(Status), answer?.Status), fields.Optional("metrics", Text, answer?.Metrics));
}
