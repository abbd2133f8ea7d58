using System.Diagnostics;
using System.Globalization;
using Crik.Images;
using Crik.Registry;

namespace Crik.Bench;

/// <summary>Does what the node agent does with an archive: checks it, pushes the image, and reads the manifest back.</summary>
internal static class Push
{
    public static async Task RunAsync(string path, string name, string compression, string? certificate)
    {
        long began = Stopwatch.GetTimestamp();
        CheckpointArchive archive;
        await using (FileStream file = Open(path))
        {
            archive = await CheckpointArchive.ReadAsync(file, ArchiveLimits.Default, CancellationToken.None);
        }

        TimeSpan isChecked = Stopwatch.GetElapsedTime(began);
        CheckpointImage image = new(archive, () => Open(path), new CheckpointImageOptions
        {
            Compression = compression is "gzip" ? LayerCompression.Gzip : LayerCompression.None,
            Encryption = certificate is null ? null : LayerEncryption.FromCertificate(await File.ReadAllTextAsync(certificate)),
        });
        ImageReference reference = ImageReference.Parse(name);
        using RegistryClient client = new(new RegistryOptions { LocalRegistries = [reference.Registry], PlainHttpRegistries = [reference.Registry] });
        RegistryRepository repository = client.Repository(reference, RegistryCredentials.None);
        BlobDescriptor blob = await repository.UploadAsync(image.OpenLayer, progress: null, CancellationToken.None);
        LayerFacts layer = image.Layer!;
        if (blob.Digest != layer.Digest)
        {
            throw new InvalidDataException($"The registry has {blob.Digest}, and the layer is {layer.Digest}.");
        }

        await repository.UploadAsync(image.Configuration(layer), CancellationToken.None);
        string digest = await repository.PushManifestAsync("crik", image.Manifest(layer), CheckpointImage.ManifestMediaType, CancellationToken.None);
        StoredManifest? stored = await repository.FindManifestAsync(digest, CancellationToken.None);
        TimeSpan all = Stopwatch.GetElapsedTime(began);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{all.TotalSeconds:0.0} {PeakMemory()} {layer.Size >> 20} {isChecked.TotalMilliseconds:0} {stored?.Digest ?? "missing"}"));
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 4096, FileOptions.SequentialScan);

    /// <summary>The most memory that this process ever had, in MiB.</summary>
    private static long PeakMemory()
    {
        string found = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmHWM", StringComparison.Ordinal));
        return long.Parse(found.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) >> 10;
    }
}
