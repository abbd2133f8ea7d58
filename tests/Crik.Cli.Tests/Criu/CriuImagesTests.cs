using System.Buffers.Binary;
using Crik.Criu;
using Crik.Criu.Images;

namespace Crik.Tests.Criu;

public sealed class CriuImagesTests
{
    private static byte[] Image(params byte[][] messages)
    {
        List<byte> bytes = [0x19, 0x43, 0x56, 0x54, 1, 2, 3, 4];
        foreach (byte[] message in messages)
        {
            byte[] length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
            bytes.AddRange([.. length, .. message]);
        }

        return [.. bytes];
    }

    private static byte[] Task(int pid, int parent, int group, int session) =>
        new ProtoWriter().Number(1, pid).Number(2, parent).Number(3, group).Number(4, session).Number(5, pid).ToArray();

    private static long[] Numbers(byte[] message)
    {
        List<long> numbers = [];
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            numbers.Add((long)reader.Number);
        }

        return [.. numbers];
    }

    [Fact]
    public void An_image_is_written_as_it_was_read()
    {
        byte[] bytes = Image([1, 2], [], [3]);
        using TempDirectory temp = new();
        string path = temp.In("x.img");

        CriuImage.Parse(bytes).Write(path);

        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData(new byte[] { 1, 2 })]
    [InlineData(new byte[] { 1, 2, 3, 4, 9 })]
    [InlineData(new byte[] { 1, 2, 3, 4, 9, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 1, 2, 3, 4, 255, 255, 255, 255 })]
    public void A_cut_off_image_is_refused(byte[] bytes) => Assert.Throws<InvalidDataException>(() => CriuImage.Parse(bytes));

    [Fact]
    public void A_daemon_whose_session_leader_is_dead_gets_its_own_session_and_so_do_its_children()
    {
        CriuImage tree = CriuImage.Parse(Image(Task(301, 0, 301, 301), Task(310, 301, 309, 309), Task(311, 310, 309, 309), Task(312, 310, 312, 309)));

        Assert.True(TaskTree.KeepDaemons(tree));

        Assert.Equal([310, 301, 310, 310, 310], Numbers(tree.Messages[1]));
        Assert.Equal([311, 310, 310, 310, 311], Numbers(tree.Messages[2]));
        Assert.Equal([312, 310, 312, 310, 312], Numbers(tree.Messages[3]));
    }

    [Fact]
    public void Sessions_whose_leader_lives_stay()
    {
        CriuImage tree = CriuImage.Parse(Image(Task(301, 0, 301, 301), Task(310, 301, 310, 310), Task(311, 310, 311, 310), Task(312, 301, 301, 301)));

        Assert.False(TaskTree.KeepDaemons(tree));
    }

    [Fact]
    public void A_terminal_that_was_all_three_streams_becomes_three_files()
    {
        byte[] terminal = new ProtoWriter().Number(1, 11).Number(2, 7).Bytes(19, [8, 1]).ToArray();
        CriuImage files = CriuImage.Parse(Image(terminal));
        StreamReplacement replacement = new(OpenFiles.HighestId(files) + 1);
        for (int stream = 0; stream < 3; stream++)
        {
            replacement.Add(7, stream);
        }

        CriuImage table = CriuImage.Parse(Image([.. Enumerable.Range(0, 4).Select(fd => new ProtoWriter().Number(1, 7).Number(2, 0).Number(3, 11).Number(4, fd).ToArray())]));

        Assert.True(OpenFiles.ReplaceStreams(files, replacement));
        Assert.True(OpenFiles.ReplaceStreamsInTable(table, replacement));

        Assert.Equal(4, files.Messages.Count);
        Assert.Equal(["8", "9", "10", "9"], table.Messages.Select(message => Numbers(message)[0].ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(table.Messages, message => Assert.Equal(1, Numbers(message)[2]));
    }

    [Fact]
    public void A_plain_file_gets_another_path_and_keeps_the_rest()
    {
        byte[] regular = new ProtoWriter().Number(1, 5).Number(2, 2).Number(3, 77).Text(6, "/sys/fs/cgroup/old/memory.max").Number(8, 0).ToArray();
        CriuImage files = CriuImage.Parse(Image(new ProtoWriter().Number(1, 1).Number(2, 5).Bytes(3, regular).ToArray()));

        Assert.True(OpenFiles.Move(files, path => path.Replace("old", "new", StringComparison.Ordinal)));
        Assert.False(OpenFiles.Move(files, _ => null));

        byte[] expected = new ProtoWriter().Number(1, 5).Number(2, 2).Number(3, 77).Text(6, "/sys/fs/cgroup/new/memory.max").Number(8, 0).ToArray();
        Assert.Equal(new ProtoWriter().Number(1, 1).Number(2, 5).Bytes(3, expected).ToArray(), files.Messages[0]);
    }

    [Fact]
    public void Random_bytes_are_a_message_or_an_InvalidDataException()
    {
        Random random = new(20261121);
        byte[] bytes = new byte[64];
        for (int round = 0; round < 20_000; round++)
        {
            random.NextBytes(bytes);
            try
            {
                CriuMessage.Read(bytes.AsSpan(0, random.Next(64)));
            }
            catch (InvalidDataException)
            {
                // found
            }
        }
    }

    [Fact]
    public void The_mappings_of_a_saved_process_are_read()
    {
        using TempDirectory temp = new();
        string path = temp.In("mm-7.img");
        ProtoWriter mm = new ProtoWriter().Number(1, 5).Message(14, new ProtoWriter().Number(1, 0x1000).Number(2, 0x3000)).Message(14, new ProtoWriter().Number(1, 0x5000).Number(2, 0x6000));
        File.WriteAllBytes(path, Image(mm.ToArray()));

        List<MemoryArea> ranges = new MemoryEntry(CriuImage.Read(path).First).Areas;

        Assert.Equal([(0x1000, 0x3000), (0x5000, 0x6000)], ranges.Select(range => (range.Start, range.End)));
        Assert.True(ranges[0].Has(0x2fff));
        Assert.False(ranges[0].Has(0x3000));
    }

    [Fact]
    public void An_empty_image_has_no_first_message()
    {
        using TempDirectory temp = new();
        string path = temp.In("mm-7.img");
        File.WriteAllBytes(path, Image());

        Assert.Throws<InvalidDataException>(() => CriuImage.Read(path).First);
    }
}
