namespace Crik.Pods;

/// <summary>What the injector does where no annotation says otherwise.</summary>
/// <param name="BundleImage">The image that has /opt/crik.</param>
public sealed record InjectionSettings(string BundleImage)
{
    public BundleMode Mode { get; init; } = BundleMode.ImageVolume;

    /// <summary>The grace period of a pod that names none above Kubernetes' default of 30 s.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The address of the node state server. Null if there is none.</summary>
    public Uri? NodeStateServer { get; init; }

    /// <summary>The storage class of new claims. Null takes the cluster's default class.</summary>
    public string? StorageClass { get; init; }

    /// <summary>The size of new claims, as Kubernetes writes quantities.</summary>
    public string StorageSize { get; init; } = "10Gi";

    /// <summary>The access mode of new claims. Null: ReadWriteMany if pods share a claim, ReadWriteOnce otherwise.</summary>
    public string? AccessMode { get; init; }
}
