using System.Net.Sockets;
using System.Security.Authentication;

namespace Crik.Registry;

/// <summary>Turns what goes wrong below HTTP into sentences.</summary>
internal static class ConnectionTrouble
{
    public static bool Is(Exception exception) => exception is HttpRequestException or IOException or SocketException;

    /// <summary>A connection that breaks during the handshake is no matter of trust, and may work the next time.</summary>
    public static RegistryException Translate(string registry, Exception exception) => exception switch
    {
        HttpRequestException { InnerException: RegistryException own } => own,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException } => new(
            RegistryFailure.NotTrusted, $"the certificate of {registry} is not trusted", exception),
        _ => new RegistryException(RegistryFailure.NoAnswer, $"{registry} cannot be reached ({exception.Message})", exception),
    };
}
