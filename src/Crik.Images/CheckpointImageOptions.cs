namespace Crik.Images;

/// <summary>What may differ between images of the same archive.</summary>
public sealed record CheckpointImageOptions
{
    public LayerCompression Compression { get; init; } = LayerCompression.Gzip;

    /// <summary>For whom the layer is encrypted. Null: it is not encrypted.</summary>
    public LayerEncryption? Encryption { get; init; }

    /// <summary>The version of the container runtime, which the archive does not say. It is in the status of the Node.</summary>
    public string? RuntimeVersion { get; init; }

    /// <summary>The architecture of the node as images name it.</summary>
    public string Architecture { get; init; } = "amd64";

    /// <summary>How many processors compress at the same time. Each takes 2 MiB of memory.</summary>
    public int Processors { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);
}
