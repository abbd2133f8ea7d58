using Crik.Registry;

namespace Crik.Operator.Admission;

/// <summary>Asks the registries. crik is built for linux/amd64 only, so that is the platform.</summary>
internal sealed class RegistryImages(RegistryClient registry) : IImageConfigurations
{
    public Task<ImageConfiguration> ReadAsync(ImageReference image, RegistryCredentials credentials, CancellationToken cancellationToken) =>
        registry.ReadConfigurationAsync(image, Platform.LinuxAmd64, credentials, cancellationToken);
}
