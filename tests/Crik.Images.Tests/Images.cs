using System.Text;

namespace Crik.Images.Tests;

/// <summary>Makes images of archives that are in memory, and reads their layers.</summary>
internal static class Images
{
    public static async Task<CheckpointImage> OfAsync(byte[] archive, CheckpointImageOptions? options = null) =>
        new(await Archives.ReadAsync(archive), () => new MemoryStream(archive), options ?? new CheckpointImageOptions());

    public static async Task<byte[]> LayerAsync(CheckpointImage image)
    {
        await using Stream layer = image.OpenLayer();
        using MemoryStream content = new();
        await layer.CopyToAsync(content);
        return content.ToArray();
    }

    /// <summary>An archive with so many pages of memory in it, of which half are random.</summary>
    public static byte[] LargeArchive(int pages)
    {
        Random random = new(3);
        byte[] noise = new byte[3072];
        StringBuilder memory = new();
        for (int page = 0; page < pages; page += 2)
        {
            random.NextBytes(noise);
            memory.Append((char)('a' + page % 26), 4096).Append(Convert.ToBase64String(noise));
        }

        return Archives.Containerd(("checkpoint/pages-1.img", memory.ToString()));
    }
}
