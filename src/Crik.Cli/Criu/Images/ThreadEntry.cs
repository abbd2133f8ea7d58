namespace Crik.Criu.Images;

/// <summary>The state of one thread.</summary>
/// <remarks>thread_core_entry of criu's images/core.proto.</remarks>
internal readonly ref struct ThreadEntry(ReadOnlySpan<byte> message)
{
    private const int CredentialsField = 10;

    private readonly ReadOnlySpan<byte> _message = message;

    public CredentialsEntry Credentials => new(ProtoReader.FindBytes(_message, CredentialsField));
}
