namespace Crik.Registry;

/// <summary>
/// A registry did not do what it was asked. The message names the image or the repository and says what to do.
/// </summary>
public sealed class RegistryException(RegistryFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public RegistryFailure Failure { get; } = failure;
}
