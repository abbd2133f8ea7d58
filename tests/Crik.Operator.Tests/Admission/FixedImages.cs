using Crik.Operator.Admission;
using Crik.Registry;

namespace Crik.Operator.Tests.Admission;

/// <summary>One image for everybody, or a registry that fails.</summary>
internal sealed class FixedImages : IImageConfigurations
{
    public RegistryException? Failure { get; set; }

    /// <summary>Never answers.</summary>
    public bool Hangs { get; set; }

    public List<(ImageReference Image, RegistryCredentials Credentials)> Asked { get; } = [];

    public async Task<ImageConfiguration> ReadAsync(ImageReference image, RegistryCredentials credentials, CancellationToken cancellationToken)
    {
        Asked.Add((image, credentials));
        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        return Failure is null ? new ImageConfiguration("sha256:0", ["/entry"], ["serve"]) : throw Failure;
    }
}
