using Crik.Registry;

namespace Crik.Kubectl.Manifests;

/// <summary>Reads what an image says about its program.</summary>
/// <exception cref="RegistryException">The registry does not tell.</exception>
internal delegate Task<ImageConfiguration> ImageLookup(string image, CancellationToken cancellationToken);
