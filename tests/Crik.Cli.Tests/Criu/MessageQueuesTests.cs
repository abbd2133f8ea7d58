using System.Diagnostics;
using Crik.Criu;
using Crik.Criu.Images;
using Crik.Linux;

namespace Crik.Tests.Criu;

public sealed class MessageQueuesTests
{
    private readonly string _name = $"crik-test-{Guid.NewGuid():n}";

    [Fact]
    public void An_entry_is_read_as_it_was_written()
    {
        MessageQueueEntry entry = Entry("\udcffname", isRemoved: true, new QueuedMessage(9, [0, 255]), new QueuedMessage(uint.MaxValue, []));

        MessageQueueEntry read = MessageQueueEntry.Decode(entry.Encode());

        Assert.Equal(entry with { Keys = read.Keys, Messages = read.Messages }, read);
        Assert.Equal(entry.Keys, read.Keys);
        Assert.Equal(entry.Messages.Select(message => (message.Priority, Convert.ToHexString(message.Bytes))), read.Messages.Select(message => (message.Priority, Convert.ToHexString(message.Bytes))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../etc")]
    [InlineData("a\0b")]
    public void A_name_that_no_queue_can_have_is_refused(string name) =>
        Assert.Throws<InvalidDataException>(() => MessageQueueEntry.Decode(Entry(name, isRemoved: false).Encode()));

    [Fact]
    public void A_queue_is_made_with_its_messages_or_refilled_when_it_is_here_already()
    {
        using TempDirectory images = new();
        MessageQueueEntry entry = Entry(_name, isRemoved: false, new QueuedMessage(9, [1]), new QueuedMessage(1, [2]), new QueuedMessage(1, [3]));
        MessageQueues.Write([entry], images.Path);
        try
        {
            using RestoredQueues first = RestoredQueues.Read(images.Path);
            using RestoredQueues again = RestoredQueues.Read(images.Path);
            string path = first.PathOf("file[1:2]")!;
            Assert.Equal("/dev/null", Libc.TryReadLink(path));
            first.Make();
            again.Make();
            using FileDescriptor queue = Libc.TryOpenQueue(_name, size: null)!;

            Assert.Equal(entry.Size, Libc.SizeOfQueue(queue));
            Assert.Equal(entry.Mode, Libc.TryStatus(queue.Number)!.Value.Permissions);
            Assert.Equal([1, 2, 3], MessageQueues.Drain(queue, entry.Size).Select(message => message.Bytes[0]));
            Assert.Equal($"/{_name}", Libc.TryReadLink(path));
            Assert.Null(first.PathOf("file[1:3]"));
            again.Undo();
            Assert.NotNull(Libc.TryOpenQueue(_name, size: null));
            first.Undo();
            Assert.Null(Libc.TryOpenQueue(_name, size: null));
        }
        finally
        {
            Libc.RemoveQueue(_name);
        }
    }

    [Fact]
    public void A_queue_here_stays_when_one_of_the_same_name_could_not_be_made_in_the_namespace_of_the_program()
    {
        using TempDirectory images = new();
        MessageQueues.Write([Entry(_name, isRemoved: false), Entry($"{_name}-2", isRemoved: false) with { Size = new(0, 0) }], images.Path);
        using Process program = Process.Start("unshare", ["--ipc", "sleep", "60"]);
        try
        {
            Assert.True(SpinWait.SpinUntil(() => ProcFs.Link($"/proc/{program.Id}/ns/ipc") != ProcFs.Link("/proc/self/ns/ipc"), TimeSpan.FromSeconds(30)));
            using FileDescriptor here = Libc.TryOpenQueue(_name, new QueueSize(4, 16))!;
            using RestoredQueues queues = RestoredQueues.Read(images.Path);

            Assert.Throws<LinuxException>(() => queues.MakeInNamespaceOf(program.Id));
            queues.Undo();

            using FileDescriptor? still = Libc.TryOpenQueue(_name, size: null);
            Assert.NotNull(still);
        }
        finally
        {
            program.Kill();
            Libc.RemoveQueue(_name);
        }
    }

    [Fact]
    public void The_messages_of_an_open_queue_are_read_and_stay_in_it()
    {
        QueueSize size = new(4, 16);
        try
        {
            using FileDescriptor queue = Libc.TryOpenQueue(_name, size)!;
            Libc.PutMessage(queue, new QueuedMessage(1, [2]));
            Libc.PutMessage(queue, new QueuedMessage(1, [3]));
            Libc.PutMessage(queue, new QueuedMessage(9, [1]));
            OpenDescriptor[] open = [new(Environment.ProcessId, queue.Number, $"/{_name}"), new(Environment.ProcessId, 0, "/dev/null"), new(Environment.ProcessId, 0, "pipe:[1]")];

            OpenDescriptor found = Assert.Single(MessageQueues.Find(open));
            MessageQueueEntry entry = Assert.Single(MessageQueues.Read([found, found]));

            Assert.Equal((_name, false, size), (entry.Name, entry.IsRemoved, entry.Size));
            Assert.Matches(@"^file\[[0-9a-f]+:[0-9a-f]+\]$", Assert.Single(entry.Keys));
            Assert.Equal([1, 2, 3], entry.Messages.Select(message => message.Bytes[0]));
            Assert.Equal([1, 2, 3], MessageQueues.Drain(queue, size).Select(message => message.Bytes[0]));
        }
        finally
        {
            Libc.RemoveQueue(_name);
        }
    }

    private static MessageQueueEntry Entry(string name, bool isRemoved, params QueuedMessage[] messages) =>
        new(["file[1:2]", "file[3:2]"], name, isRemoved, (UnixFileMode)0b110_010_000, 0, 0, new QueueSize(4, 16), messages);
}
