namespace Crik.Images;

/// <summary>How the layer of a checkpoint image is compressed. containerd and CRI-O restore both forms.</summary>
public enum LayerCompression
{
    /// <summary>Not at all: the fastest where network and registry are fast.</summary>
    None,

    /// <summary>gzip, fast and on several processors: smaller in the registry and on the network.</summary>
    Gzip,
}
