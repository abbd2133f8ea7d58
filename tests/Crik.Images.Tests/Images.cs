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

    /// <summary>An archive with this much memory in it, half of it random.</summary>
    public static byte[] LargeArchive(int pages)
    {
        Random random = new(3);
        return Archives.Containerd(("checkpoint/pages-1.img", string.Concat(Enumerable.Range(0, pages).Select(page => page % 2 is 0
            ? new string((char)('a' + page % 26), 4096) : Convert.ToBase64String(random.GetItems<byte>([.. Enumerable.Range(0, 256).Select(one => (byte)one)], 3072))))));
    }
}
