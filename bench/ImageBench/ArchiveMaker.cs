using System.Buffers.Binary;
using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Crik.Bench;

/// <summary>Writes an archive as containerd does, with made-up memory in it.</summary>
internal static class ArchiveMaker
{
    private const int PageBytes = 4096;
    private const int BatchBytes = 1 << 20;

    private const string Configuration = """
        {"id":"d07c","name":"app_bench_default_e660_0","rootfsImage":"registry.example/bench:1","rootfsImageName":"registry.example/bench:1",
        "rootfsImageRef":"registry.example/bench@sha256:dbbfa74eb153266d4374831b0a6343ed84d3f9a4b37050748db89914c6b88e49",
        "runtime":"io.containerd.runc.v2","checkpointedTime":"2026-11-23T18:32:36Z"}
        """;

    private const string Specification = """
        {"annotations":{"io.kubernetes.cri.container-name":"app","io.kubernetes.cri.container-type":"container",
        "io.kubernetes.cri.sandbox-name":"bench","io.kubernetes.cri.sandbox-namespace":"default"},"mounts":[]}
        """;

    public static async Task WriteAsync(string kind, string path, int mebibytes)
    {
        string memory = path + ".pages";
        await using (FileStream pages = File.Create(memory))
        {
            await (kind is "programs" ? WriteProgramsAsync(pages, mebibytes) : WriteHalfRandomAsync(pages, mebibytes));
        }

        await using (FileStream archive = File.Create(path))
        await using (TarWriter tar = new(archive, TarEntryFormat.Pax))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, "checkpoint/"));
            await AddAsync(tar, "checkpoint/inventory.img", "inventory");
            await tar.WriteEntryAsync(memory, "checkpoint/pages-1.img");
            await AddAsync(tar, "config.dump", Configuration);
            await AddAsync(tar, "spec.dump", Specification);
        }

        File.Delete(memory);
    }

    private static async Task AddAsync(TarWriter tar, string name, string content)
    {
        using MemoryStream data = new(Encoding.UTF8.GetBytes(content));
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data });
    }

    /// <summary>Every other page is random. The ones between are like a heap: pointers that differ little, and small numbers.</summary>
    private static async Task WriteHalfRandomAsync(FileStream pages, int mebibytes)
    {
        byte[] batch = new byte[BatchBytes];
        for (int written = 0; written < mebibytes; written++)
        {
            for (int page = 0; page < BatchBytes; page += PageBytes)
            {
                Span<byte> one = batch.AsSpan(page, PageBytes);
                RandomNumberGenerator.Fill(one);
                for (int at = 0; page / PageBytes % 2 is 0 && at < PageBytes; at += 16)
                {
                    BinaryPrimitives.WriteInt64LittleEndian(one[at..], 0x7f12_3400_0000 + (one[at] << 4));
                    BinaryPrimitives.WriteInt64LittleEndian(one[(at + 8)..], one[at + 8] & 0x1f);
                }
            }

            await pages.WriteAsync(batch);
        }
    }

    /// <summary>The programs and libraries of this machine, again and again: code and data as they are in the memory of a process.</summary>
    private static async Task WriteProgramsAsync(FileStream pages, int mebibytes)
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        string[] libraries = [.. Directory.EnumerateFiles("/usr/lib", "*", all).Where(path => path.Contains(".so", StringComparison.Ordinal))];
        long left = (long)mebibytes << 20;
        while (left > 0)
        {
            foreach (string path in libraries.Order(StringComparer.Ordinal))
            {
                byte[] content = await File.ReadAllBytesAsync(path);
                int length = (int)Math.Min(content.Length, left);
                await pages.WriteAsync(content.AsMemory(0, length));
                left -= length;
            }
        }
    }
}
