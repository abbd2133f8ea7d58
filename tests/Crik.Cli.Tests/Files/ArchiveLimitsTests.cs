using System.Text;
using Crik.Files;
using Crik.Linux;

namespace Crik.Tests.Files;

/// <summary>Tests that the writer refuses what the reader could not read, and that the reader accepts all the rest.</summary>
public sealed class ArchiveLimitsTests : ArchiveTest
{
    [Fact]
    public void The_largest_entry_that_is_written_can_be_read()
    {
        FileEntry largest = new()
        {
            Kind = FileEntry.Regular,
            Path = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("/" + new string('n', 254), 257))),
            Mode = FileModes.All,
            UserId = uint.MaxValue,
            GroupId = uint.MaxValue,
            ModifiedAt = long.MaxValue,
            AccessedAt = long.MinValue,
            Size = long.MaxValue,
            Extents = [.. Enumerable.Repeat(long.MaxValue, 2 * ArchiveLimits.MostExtents)],
            Attributes = [.. Enumerable.Repeat(new FileEntry.Attribute(new byte[ArchiveLimits.LongestAttributeName], new byte[ArchiveLimits.LargestAttribute]), 60)],
        };
        Directory.CreateDirectory(Archive);
        using (IndexWriter index = new(Archive))
        {
            index.Write(largest);
            index.Finish(0);
        }

        FileEntry read = Assert.Single(IndexReader.Read(Archive));

        Assert.Equal(largest.Path, read.Path);
        Assert.Equal(largest.Extents, read.Extents);
        Assert.Equal(60, read.Attributes!.Length);
        Assert.Equal((largest.Size, largest.Mode, largest.AccessedAt), (read.Size, read.Mode, read.AccessedAt));
    }

    [Fact]
    public void An_entry_that_could_not_be_read_is_refused_and_named()
    {
        Directory.CreateDirectory(Archive);
        using IndexWriter index = new(Archive, mostEntries: 1);
        FileEntry.Attribute attribute = new("user.x"u8.ToArray(), new byte[ArchiveLimits.LargestAttribute]);
        FileEntry plain = new() { Kind = FileEntry.Regular, Path = "/plain"u8.ToArray() };

        Assert.Contains("/nnn", Assert.Throws<FileArchiveException>(() => index.Write(plain with { Path = [.. "/"u8, .. Enumerable.Repeat((byte)'n', 65_535)] })).Message, StringComparison.Ordinal);
        Assert.Contains("/plain", Assert.Throws<FileArchiveException>(() => index.Write(plain with { Attributes = [.. Enumerable.Repeat(attribute, 120)] })).Message, StringComparison.Ordinal);
        index.Write(plain);
        Assert.Contains("/plain is one too many", Assert.Throws<FileArchiveException>(() => index.Write(plain)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_too_many_pieces_is_saved_with_its_smallest_holes_filled()
    {
        Random random = new(20261122);
        for (int round = 0; round < 200; round++)
        {
            List<(long Offset, long Length)> real = [];
            long at = 0;
            for (int i = random.Next(500); i > 0; i--)
            {
                at += random.Next(1, 1 << random.Next(1, 20));
                real.Add((at, random.Next(1, 5000)));
                at += real[^1].Length;
            }

            int most = random.Next(1, 300);
            IReadOnlyList<(long Offset, long Length)> found = Extents.Collect(from => real.Find(extent => extent.Offset >= from) is { Length: > 0 } next ? next : null, at, most);

            Assert.InRange(found.Count, 0, most);
            Assert.All(real, extent => Assert.Contains(found, all => all.Offset <= extent.Offset && all.Offset + all.Length >= extent.Offset + extent.Length));
            Assert.All(found.Zip(found.Skip(1)), pair => Assert.True(pair.First.Offset + pair.First.Length < pair.Second.Offset));
            Assert.True(found.Count == 0 || found[^1].Offset + found[^1].Length == at);
            Assert.True(real.Count > most || found.Count == real.Count);
        }
    }

    [Fact]
    public void A_file_in_very_many_pieces_comes_back()
    {
        Directory.CreateDirectory(Root);
        Python("f = open('many', 'wb'); [f.seek(i * 8192) and f.write(b'%d' % i) for i in range(1, 3001)]; f.truncate(40 << 20)", Root);
        byte[] before = File.ReadAllBytes(In("state", "many"));

        Capture();
        long blocks = IndexReader.Read(Archive).Single(entry => entry.Kind == FileEntry.Regular).Extents!.Length / 2;
        Directory.Delete(Root, recursive: true);
        Restore();

        Assert.Equal(3000, blocks);
        Assert.Equal(before, File.ReadAllBytes(In("state", "many")));
    }

    /// <summary>Uses a file of sysfs. It has fewer bytes than its size says, like a file that becomes shorter while it is copied.</summary>
    [Fact]
    public void A_single_file_that_cannot_be_saved_leaves_nothing_in_the_archive()
    {
        const string Shorter = "/sys/kernel/uevent_seqnum";
        string other = In("other");
        File.WriteAllText(other, "contents");

        FileArchiveSummary summary = FileArchive.Capture([], [Shorter, other], [], Archive, CancellationToken.None);

        Assert.StartsWith($"{Shorter} is not in the checkpoint", Assert.Single(summary.Notes), StringComparison.Ordinal);
        Assert.Equal(1, summary.Entries);
        Assert.Equal("contents", File.ReadAllText(FileArchive.DataPath(Archive)));
        File.Delete(other);
        Assert.Empty(FileArchive.Restore(Archive, new ArchiveRoots([], [other]), CancellationToken.None).Notes);
        Assert.Equal("contents", File.ReadAllText(other));
    }
}
