namespace Crik.Criu.Images;

/// <summary>The user that a thread runs as.</summary>
/// <remarks>creds_entry of criu's images/creds.proto.</remarks>
internal readonly ref struct CredentialsEntry(ReadOnlySpan<byte> message)
{
    private const int UserIdField = 1;

    private readonly ReadOnlySpan<byte> _message = message;

    public uint UserId => (uint)ProtoReader.FindNumber(_message, UserIdField);
}
