namespace Crik.Registry;

/// <summary>The configuration of an image could not be read. The message names the image and says what to do.</summary>
public sealed class RegistryException(RegistryFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public RegistryFailure Failure { get; } = failure;
}
