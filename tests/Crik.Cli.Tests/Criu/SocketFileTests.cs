using System.Text;
using Crik.Criu;
using Crik.Criu.Images;
using Crik.Linux;
using Crik.Tests.Linux;

namespace Crik.Tests.Criu;

public sealed class SocketFileTests : IDisposable
{
    private static readonly string s_long = $"/run/{new string('d', 120)}";

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_present_names_mode_and_owner_of_a_socket_are_found()
    {
        using FileDescriptor socket = BoundSocketTests.Listen(_temp.In("bound"));
        Libc.Rename(_temp.In("bound"), _temp.In("renamed"));
        Assert.Equal(0, Libc.MakeHardLink(_temp.In("renamed"), _temp.In("link")));
        Libc.SetMode(_temp.In("renamed"), UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        SocketFile found = Find(_temp.In("bound")).Single();

        Assert.Equal([_temp.In("link"), _temp.In("renamed")], found.Names.Order());
        Assert.Equal(ProcFs.DescriptorLink(socket.Number), $"socket:[{found.Sockets.Single()}]");
        Assert.Equal(UnixFileMode.UserWrite | UnixFileMode.GroupRead, (UnixFileMode)found.Mode);
        Assert.Equal(Libc.TryStatus(_temp.In("link"), followLinks: false)!.Value.UserId, found.UserId);
    }

    [Fact]
    public void The_name_that_a_socket_was_bound_to_comes_first_as_long_as_it_leads_to_the_file()
    {
        using FileDescriptor socket = BoundSocketTests.Listen(_temp.In("x"));
        Assert.Equal(0, Libc.MakeHardLink(_temp.In("x"), _temp.In("a")));

        Assert.Equal([_temp.In("x"), _temp.In("a")], Find(_temp.In("x")).Single().Names);
    }

    [Fact]
    public void A_path_goes_into_the_address_and_criu_needs_no_directory()
    {
        UnixSocketEntry entry = new(Bind("/run/x"));

        Assert.Equal("/run/x\0", Encoding.ASCII.GetString(entry.Name));
        Assert.Equal((7u, false), (entry.Inode, entry.IsDeleted));
        Assert.Equal([2, 11, 13], Fields(Bind("/run/x")));
    }

    [Theory]
    [InlineData("short", "/proc/self/cwd/short\0")]
    [InlineData(null, "/proc/self/cwd/.crik-7\0")]
    public void A_path_that_is_too_long_for_an_address_goes_through_the_working_directory(string? name, string address)
    {
        byte[] message = Bind($"{s_long}/{name ?? new string('n', 100)}");

        Assert.Equal(address, Encoding.ASCII.GetString(new UnixSocketEntry(message).Name));
        Assert.Equal(s_long, Encoding.ASCII.GetString(ProtoReader.FindBytes(message, 14)));
    }

    [Fact]
    public void A_restored_socket_gets_its_other_names_and_replaces_sockets_only()
    {
        using FileDescriptor socket = BoundSocketTests.Listen(_temp.In("x"));
        using FileDescriptor stale = BoundSocketTests.Listen(_temp.In("stale"));
        _temp.Write("file", "mine");

        new SocketFile([7], [_temp.In("x"), _temp.In("stale"), _temp.In("file"), _temp.In("new")], 0, 0, 0).LinkNames();

        ulong Inode(string name) => Libc.TryStatus(_temp.In(name), followLinks: false)!.Value.Inode;
        Assert.Equal([Inode("x"), Inode("x")], [Inode("stale"), Inode("new")]);
        Assert.Equal("mine", File.ReadAllText(_temp.In("file")));
    }

    [Fact]
    public void A_name_that_already_leads_to_the_socket_is_left_alone()
    {
        using FileDescriptor socket = BoundSocketTests.Listen(_temp.In("x"));
        Directory.CreateSymbolicLink(_temp.In("other"), _temp.Path);

        new SocketFile([7], [_temp.In("x"), _temp.In("other", "x")], 0, 0, 0).LinkNames();

        Assert.True(Libc.TryStatus(_temp.In("x"), followLinks: false) is { IsSocket: true, Links: 1 });
    }

    private static byte[] Bind(string name) => new SocketFile([7], [name], 0x190, 1, 2).Bind(
        new UnixSocketEntry(new ProtoWriter().Number(2, 7).Text(11, "/run/x.tmp\0").Bytes(13, [8, 1]).Text(14, "/old").Number(15, 1).ToArray()));

    private static List<int> Fields(byte[] message)
    {
        List<int> fields = [];
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            fields.Add(reader.Field);
        }

        return fields;
    }

    private static IReadOnlyList<SocketFile> Find(string bound)
    {
        BoundSocket[] sockets = [.. Libc.BoundSockets().Where(socket => socket.Path == bound)];
        return SocketFile.Find(new FrozenTree { Tasks = [Environment.ProcessId], Living = [], Pids = [], Sockets = sockets }, _ => true, Deadline.Never);
    }
}
