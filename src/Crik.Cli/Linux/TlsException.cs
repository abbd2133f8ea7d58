namespace Crik.Linux;

/// <summary>A TLS connection cannot be made, or broke. The message tells why.</summary>
internal sealed class TlsException(string message) : Exception(message);
