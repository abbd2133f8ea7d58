namespace Crik.Images;

/// <summary>How the layer of a checkpoint image is compressed. containerd and CRI-O restore both forms.</summary>
public enum LayerCompression
{
    /// <summary>Not at all, which takes the least processor time on the node.</summary>
    None,

    /// <summary>gzip, on several processors at the same time: about half the size on the network and in the registry.</summary>
    Gzip,
}
