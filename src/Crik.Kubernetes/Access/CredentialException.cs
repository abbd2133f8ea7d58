namespace Crik.Kubernetes.Access;

/// <summary>A credential could not be had. The message names the command or the file and says what to do.</summary>
internal sealed class CredentialException(string message, Exception? inner = null) : Exception(message, inner);
