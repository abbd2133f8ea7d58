using System.Formats.Tar;
using System.Text;

namespace Crik.Images.Tests;

/// <summary>What a damaged or hostile archive can try.</summary>
public sealed class UntrustedArchiveTests
{
    [Fact]
    public async Task An_archive_that_was_cut_anywhere_is_refused()
    {
        byte[] whole = Archives.Containerd();
        for (int length = 0; length < whole.Length; length += 256)
        {
            await Archives.RefusedAsync(ImageFailure.Truncated, whole[..length]);
            await using ForwardOnlyStream stream = new(whole[..length]);
            await Assert.ThrowsAsync<ImageException>(() => CheckpointArchive.ReadAsync(stream, ArchiveLimits.Default, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Zeros_after_the_end_are_allowed_as_GNU_tar_writes_them() =>
        Assert.Equal("app", (await Archives.ReadAsync([.. Archives.Containerd(), .. new byte[8192]])).Container);

    [Fact]
    public async Task Something_else_after_the_end_is_refused()
    {
        await Archives.RefusedAsync(ImageFailure.NotAnArchive, [.. Archives.Containerd(), .. Archives.Containerd()]);
        await Archives.RefusedAsync(ImageFailure.Truncated, [.. Archives.Containerd(), 0]);
    }

    [Fact]
    public async Task Random_bytes_are_refused()
    {
        Random random = new(1);
        for (int round = 0; round < 200; round++)
        {
            byte[] garbage = new byte[random.Next(512, 5000)];
            random.NextBytes(garbage);
            await Archives.RefusedAsync(ImageFailure.NotAnArchive, garbage);
        }
    }

    [Fact]
    public async Task An_archive_with_changed_bytes_is_read_or_refused_and_never_anything_else()
    {
        Random random = new(2);
        int refused = 0;
        for (int round = 0; round < 2000; round++)
        {
            byte[] archive = Archives.Containerd();
            archive[random.Next(archive.Length)] = (byte)random.Next(256);
            try
            {
                await Archives.ReadAsync(archive);
            }
            catch (ImageException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 1900);
    }

    [Theory]
    [InlineData("/etc/cron.d/job")]
    [InlineData("../escape")]
    [InlineData("checkpoint/../../escape")]
    [InlineData("checkpoint//pages")]
    [InlineData("checkpoint/./pages")]
    [InlineData("..")]
    [InlineData(".wh.config.dump")]
    [InlineData("checkpoint/.wh..wh..opq")]
    public async Task A_name_that_leads_elsewhere_is_refused(string name) =>
        await Archives.RefusedAsync(ImageFailure.Unsafe, Archives.WithEntry(new UstarTarEntry(TarEntryType.RegularFile, name)));

    [Theory]
    [InlineData("../escape")]
    [InlineData("/absolute")]
    public async Task An_extended_name_is_checked_too(string name)
    {
        await Archives.RefusedAsync(ImageFailure.Unsafe, Archives.WithEntry(new PaxTarEntry(TarEntryType.RegularFile, name)));
        string deep = name + new string('a', 200);
        await Archives.RefusedAsync(ImageFailure.Unsafe, Archives.WithEntry(new GnuTarEntry(TarEntryType.RegularFile, deep)));
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    public async Task A_member_that_is_neither_file_nor_directory_is_refused(TarEntryType type)
    {
        UstarTarEntry entry = new(type, "checkpoint/link");
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            entry.LinkName = "/etc/passwd";
        }

        ImageException exception = await Archives.RefusedAsync(ImageFailure.Unsafe, Archives.WithEntry(entry));

        Assert.Contains("checkpoint/link", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.dump")]
    [InlineData("checkpoint/inventory.img")]
    [InlineData("dump.log")]
    public async Task A_document_that_is_there_twice_is_refused(string name)
    {
        await Archives.RefusedAsync(ImageFailure.Unsafe, Archives.WithEntry(new UstarTarEntry(TarEntryType.RegularFile, name)));
        await Archives.RefusedAsync(ImageFailure.Unsafe, Archives.WithEntry(new UstarTarEntry(TarEntryType.RegularFile, "./" + name)));
        await Archives.RefusedAsync(ImageFailure.Unsafe, Archives.WithEntry(new UstarTarEntry(TarEntryType.Directory, name)));
    }

    /// <summary>Go takes it for a directory, and other programs for a file.</summary>
    [Fact]
    public async Task A_file_with_the_name_of_a_directory_is_refused() =>
        await Archives.RefusedAsync(ImageFailure.Unsafe, [.. TarHeader.Of('0', "checkpoint/more/", 0), .. Archives.Containerd()]);

    [Fact]
    public async Task A_message_shows_no_control_characters()
    {
        UstarTarEntry entry = new(TarEntryType.RegularFile, "../\u001b[2J");

        ImageException exception = await Archives.RefusedAsync(ImageFailure.Unsafe, Archives.WithEntry(entry));

        Assert.DoesNotContain(exception.Message, char.IsControl);
    }

    [Fact]
    public async Task A_member_with_a_long_name_is_read()
    {
        string name = $"checkpoint/{new string('a', 200)}";

        Assert.Equal("app", (await Archives.ReadAsync(Archives.WithEntry(new PaxTarEntry(TarEntryType.RegularFile, name)))).Container);
        Assert.Equal("app", (await Archives.ReadAsync(Archives.WithEntry(new GnuTarEntry(TarEntryType.RegularFile, name)))).Container);
    }

    [Theory]
    [InlineData("10 path=a\n10 path=b\n", ImageFailure.Unsafe)]
    [InlineData("22 GNU.sparse.major=1\n", ImageFailure.Unsafe)]
    [InlineData("10 size=-1\n", ImageFailure.NotAnArchive)]
    [InlineData("99 path=a\n", ImageFailure.NotAnArchive)]
    [InlineData("0 path=a\n", ImageFailure.NotAnArchive)]
    [InlineData("x", ImageFailure.NotAnArchive)]
    [InlineData("5 =a\n", ImageFailure.NotAnArchive)]
    [InlineData("28 size=9223372036854775807\n", ImageFailure.TooLarge)]
    public async Task A_wrong_extended_header_is_refused(string records, ImageFailure expected) =>
        await Archives.RefusedAsync(expected, [.. Block('x', records), .. Archives.Containerd()]);

    [Fact]
    public async Task Headers_that_count_for_several_members_are_refused()
    {
        await Archives.RefusedAsync(ImageFailure.Unsafe, [.. Block('g', "11 path=ab\n"), .. Archives.Containerd()]);
        await Archives.RefusedAsync(ImageFailure.Unsafe, [.. Block('x', "11 path=ab\n"), .. Block('x', "11 path=ab\n"), .. Archives.Containerd()]);
    }

    [Fact]
    public async Task A_size_of_more_than_eight_gigabytes_is_understood()
    {
        byte[] block = Block('0', "");
        block[124] = 0x80;
        block.AsSpan(125, 11).Clear();
        block[131] = 4; // 4 × 256⁴ bytes = 16 GiB
        TarHeader.Seal(block);

        await Archives.RefusedAsync(ImageFailure.Truncated, [.. block, .. Archives.Containerd()]);
        await Archives.RefusedAsync(ImageFailure.TooLarge, [.. block, .. Archives.Containerd()], new ArchiveLimits { ArchiveBytes = 1L << 34 });
    }

    public static TheoryData<string, ArchiveLimits> Limits => new()
    {
        { "bytes", new ArchiveLimits { ArchiveBytes = 4096 } },
        { "members", new ArchiveLimits { Members = 5 } },
        { "config.dump", new ArchiveLimits { DocumentBytes = 100 } },
        { "longer than", new ArchiveLimits { NameBytes = 20 } },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task What_exceeds_a_limit_is_refused(string named, ArchiveLimits limits)
    {
        ImageException exception = await Archives.RefusedAsync(ImageFailure.TooLarge, Archives.Containerd(), limits);

        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_extended_header_is_refused_before_it_is_read()
    {
        byte[] archive = Archives.WithEntry(new PaxTarEntry(TarEntryType.RegularFile, new string('a', 4000)));

        await Archives.RefusedAsync(ImageFailure.TooLarge, archive, new ArchiveLimits { HeaderBytes = 1000 });
    }

    [Fact]
    public async Task Endless_zeros_after_the_end_are_refused() =>
        await Archives.RefusedAsync(ImageFailure.NotAnArchive, [.. Archives.Containerd(), .. new byte[2 << 20]]);

    /// <summary>A header block of this type, and its content.</summary>
    private static byte[] Block(char type, string content) =>
        [.. TarHeader.Of(type, "name", content.Length), .. Encoding.ASCII.GetBytes(content), .. new byte[-content.Length & 511]];
}
