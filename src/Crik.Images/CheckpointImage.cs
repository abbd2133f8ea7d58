using Crik.Images.Encryption;
using Crik.Images.Layers;
using Crik.Images.Manifests;

namespace Crik.Images;

/// <summary>
/// An archive as an image with one layer, which container runtimes restore. Nothing is stored: the layer is made whenever
/// it is read, each time with the same bytes. Push the layer first, since the other two documents name its digest.
/// </summary>
public sealed class CheckpointImage
{
    public const string ManifestMediaType = "application/vnd.oci.image.manifest.v1+json";

    public const string ConfigurationMediaType = "application/vnd.oci.image.config.v1+json";

    private readonly CheckpointArchive _archive;
    private readonly Func<Stream> _open;
    private readonly CheckpointImageOptions _options;
    private readonly LayerSeal? _seal;
    private LayerFacts? _layer;

    /// <param name="archive">The archive, after it was checked.</param>
    /// <param name="open">Opens the same archive again. The stream is closed with that of the layer.</param>
    /// <param name="options">How the layer is stored, and what the archive does not say.</param>
    public CheckpointImage(CheckpointArchive archive, Func<Stream> open, CheckpointImageOptions options)
    {
        (_archive, _open, _options) = (archive, open, options);
        _seal = options.Encryption is { } recipient ? new LayerSeal(recipient) : null;
        Annotations = CheckpointAnnotations.Of(archive, options);
        string compressed = options.Compression is LayerCompression.Gzip ? "+gzip" : "";
        LayerMediaType = $"application/vnd.oci.image.layer.v1.tar{compressed}{(_seal is null ? "" : "+encrypted")}";
    }

    public string LayerMediaType { get; }

    /// <summary>The annotations of the manifest, by which runtimes know that they can restore the image.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; }

    /// <summary>
    /// The annotations that say of which container an image is a checkpoint. They are known without the archive. What is null is
    /// left out.
    /// </summary>
    public static IReadOnlyDictionary<string, string> IdentityOf(string? space, string? pod, string? podUid, string? container, string? runtime) =>
        CheckpointAnnotations.Identity(space, pod, podUid, container, runtime);

    /// <summary>What is known of the layer after one of the opened streams was read to its end. Null before.</summary>
    public LayerFacts? Layer => Volatile.Read(ref _layer);

    /// <summary>Opens the layer. It has to be read asynchronously.</summary>
    /// <exception cref="ImageException">Reading it: the archive is not the same any more.</exception>
    public Stream OpenLayer() => new LayerStream(_open(), _options.Compression, _options.Processors, _seal?.Key, Finish);

    /// <summary>The configuration of the image. It says nothing but the platform and what the layer is.</summary>
    public byte[] Configuration(LayerFacts layer) => ImageDocuments.Configuration(_archive.CheckpointedAt, _options.Architecture, layer);

    /// <summary>The manifest of the image, with the digests of the configuration above and the layer.</summary>
    public byte[] Manifest(LayerFacts layer) => ImageDocuments.Manifest(
        Configuration(layer), new DescriptorDocument(LayerMediaType, layer.Digest, layer.Size, _seal?.AnnotationsOf(layer)), Annotations);

    private void Finish(LayerFacts layer)
    {
        LayerFacts first = Interlocked.CompareExchange(ref _layer, layer, null) ?? layer;
        if (layer.ArchiveSize != _archive.Size || layer.Digest != first.Digest)
        {
            throw new ImageException(ImageFailure.Changed, "The archive changed after it was checked: something else writes to it. Take the checkpoint again.");
        }
    }
}
