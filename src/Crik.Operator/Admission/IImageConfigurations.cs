using Crik.Registry;

namespace Crik.Operator.Admission;

/// <summary>Finds out what an image runs.</summary>
internal interface IImageConfigurations
{
    /// <exception cref="RegistryException">It cannot be found out.</exception>
    Task<ImageConfiguration> ReadAsync(ImageReference image, RegistryCredentials credentials, CancellationToken cancellationToken);
}
