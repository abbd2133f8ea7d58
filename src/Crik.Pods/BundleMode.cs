namespace Crik.Pods;

/// <summary>How crik and criu come into the pod.</summary>
public enum BundleMode
{
    /// <summary>As a volume that is an image, which Kubernetes has since 1.33 (stable since 1.36).</summary>
    ImageVolume,

    /// <summary>An init container copies them into an emptyDir. This works on every cluster.</summary>
    InitContainer,
}
