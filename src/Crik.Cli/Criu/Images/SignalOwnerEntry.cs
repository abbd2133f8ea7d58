namespace Crik.Criu.Images;

/// <summary>The process that gets the signals of an open file (F_SETOWN, fcntl(2)).</summary>
/// <remarks>fown_entry of criu's images/fown.proto; criu requires all of its fields.</remarks>
internal static class SignalOwnerEntry
{
    private const int UserIdField = 1;
    private const int EffectiveUserIdField = 2;
    private const int SignalField = 3;
    private const int PidTypeField = 4;
    private const int PidField = 5;

    public static byte[] Nobody() => new ProtoWriter().Number(UserIdField, 0).Number(EffectiveUserIdField, 0).Number(SignalField, 0)
        .Number(PidTypeField, 0).Number(PidField, 0).ToArray();
}
