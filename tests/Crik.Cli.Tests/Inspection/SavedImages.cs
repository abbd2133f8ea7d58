using System.Buffers.Binary;
using System.Text;
using Crik.Criu;

namespace Crik.Tests.Inspection;

/// <summary>Images as criu writes them, of a tree of three: a server with sockets and a secret, its child, and a zombie.</summary>
internal sealed class SavedImages
{
    public const string Secret = "PASSWORD=geheim";
    private const int Page = 4096;

    /// <summary>The address of the first page. The arguments end in the middle of the second page, and the environment follows.</summary>
    public const ulong Stack = 0x7ffe0000;

    public SavedImages(TempDirectory directory, string program = "server")
    {
        Directory = directory.Path;
        byte[] arguments = Encoding.UTF8.GetBytes($"{program}\0--name\0a b\0");
        byte[] pages = new byte[3 * Page];
        arguments.CopyTo(pages, (2 * Page) - 5); // behind a first page that is somebody else's
        Encoding.UTF8.GetBytes($"{Secret}\0").CopyTo(pages, (2 * Page) - 5 + arguments.Length);
        ulong argumentsAt = Stack + Page - 5;

        Write("inventory.img", new ProtoWriter().Number(1, 1));
        Write("pstree.img", Entry(301, 0, 301, 2), Entry(302, 301, 301, 1), Entry(303, 301, 301, 1));
        Write("core-301.img", Core("server", 1, 1000));
        Write("core-302.img", Core("child", 3, 0));
        Write("core-303.img", Core("gone", 6, 0));
        Write("mm-301.img", Memory(argumentsAt, argumentsAt + (ulong)arguments.Length, [Area(Stack, 2 * Page, 0x201, 0), Area(0x1000, Page, 0x4081, 7)]));
        Write("mm-302.img", Memory(0, 0, [Area(0x1000, Page, 0x101, 4711)]));
        Write("pagemap-301.img", new ProtoWriter().Number(1, 1), Pages(0x4000, 1), Pages(Stack, 2));
        Write("pagemap-302.img", new ProtoWriter().Number(1, 2));
        Write("pagemap-shmem-4711.img", new ProtoWriter().Number(1, 3), Pages(0, 5));
        Write("pagemap-shmem-99.img", new ProtoWriter().Number(1, 4), Pages(0, 2));
        File.WriteAllBytes(PathOf("pages-1.img"), pages);
        File.WriteAllBytes(PathOf("pages-2.img"), []);
        foreach (int pid in new[] { 301, 302 })
        {
            Write($"fs-{pid}.img", new ProtoWriter().Number(1, 2).Number(2, 2));
            Write($"ids-{pid}.img", new ProtoWriter().Number(1, pid).Number(2, pid - 299));
        }

        Write(
            "files.img", File_(1, 1, 3, new ProtoWriter().Number(1, 1).Number(2, 0x8000).Text(6, "/usr/bin/server")),
            File_(1, 2, 3, new ProtoWriter().Number(1, 2).Number(2, 0).Text(6, "/srv")),
            File_(1, 3, 3, new ProtoWriter().Number(1, 3).Number(2, 2).Text(6, "/tmp/gone")),
            File_(2, 4, 18, new ProtoWriter().Number(1, 4).Number(2, 88).Number(3, 1)),
            File_(4, 5, 4, Socket(2, 6, 10, 8080, 0, [0x0100007f], [])),
            File_(4, 6, 4, Socket(10, 6, 1, 22, 5000, [0, 0, 0, 0x01000000], [0xb80d0120, 0, 0, 0x02000000])),
            File_(5, 8, 16, new ProtoWriter().Number(1, 8).Number(2, 500).Number(3, 1).Number(4, 10).Number(8, 0).Bytes(11, "\0abstract"u8)),
            File_(18, 7, 20, new ProtoWriter().Number(1, 7).Number(2, 2).Number(5, 1)),
            File_(13, 9, 7, new ProtoWriter().Number(3, 15)), File_(77, 10, 3, new ProtoWriter()), File_(8, 11, 13, new ProtoWriter()));
        Write("memfd.img", new ProtoWriter().Text(1, "cache").Number(4, 8192).Number(5, 99).Number(7, 1));
        Write("remap-fpath.img", new ProtoWriter().Number(1, 3).Number(2, 1).Number(3, 1));
        Write("fdinfo-2.img", Descriptor(5, 8), Descriptor(4, 1), Descriptor(3, 3), Descriptor(6, 5), Descriptor(7, 6), Descriptor(8, 7), Descriptor(9, 9), Descriptor(10, 10), Descriptor(11, 11));
        Write("fdinfo-3.img");
        Write(
            "mountpoints-12.img", new ProtoWriter().Number(1, 5).Text(6, "/").Text(7, "/private").Text(8, "none"),
            new ProtoWriter().Number(1, 0).Text(7, "/data").Text(8, "disk").Number(13, 1).Text(14, "nfs4"));
    }

    public string Directory { get; }

    public string PathOf(string name) => Path.Combine(Directory, name);

    public void Write(string name, params ProtoWriter[] messages)
    {
        List<byte> bytes = [0x19, 0x43, 0x56, 0x54, 1, 2, 3, 4];
        foreach (ProtoWriter message in messages)
        {
            byte[] encoded = message.ToArray();
            byte[] length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, encoded.Length);
            bytes.AddRange([.. length, .. encoded]);
        }

        File.WriteAllBytes(PathOf(name), [.. bytes]);
    }

    public static ProtoWriter Entry(int pid, int parent, int session, int threads)
    {
        ProtoWriter entry = new ProtoWriter().Number(1, pid).Number(2, parent).Number(3, session).Number(4, session);
        for (int i = 0; i < threads; i++)
        {
            entry.Number(5, pid + i);
        }

        return entry;
    }

    /// <summary>The image of a thread that waits in poll, which ended with EINTR.</summary>
    public static ProtoWriter Core(string name, int state, int user) => new ProtoWriter().Number(1, 1)
        .Message(2, new ProtoWriter().Number(1, 0).Message(2, new ProtoWriter().Number(11, -4).Number(16, 7).Number(17, 0x1002)))
        .Message(3, new ProtoWriter().Number(1, state).Text(6, name)).Message(5, new ProtoWriter().Message(10, new ProtoWriter().Number(1, user)));

    public static ProtoWriter Pages(ulong address, long count, int flags = 4) => new ProtoWriter().Number(1, (long)address).Number(2, count).Number(4, flags).Number(5, count);

    private static ProtoWriter Memory(ulong argumentsStart, ulong argumentsEnd, ProtoWriter[] areas)
    {
        ProtoWriter memory = new ProtoWriter().Number(8, (long)argumentsStart).Number(9, (long)argumentsEnd).Number(12, 1);
        foreach (ProtoWriter area in areas)
        {
            memory.Message(14, area);
        }

        return memory;
    }

    private static ProtoWriter Area(ulong start, long length, long status, long shared) =>
        new ProtoWriter().Number(1, (long)start).Number(2, (long)start + length).Number(4, shared).Number(7, status);

    private static ProtoWriter File_(int type, int id, int field, ProtoWriter particulars) => new ProtoWriter().Number(1, type).Number(2, id).Message(field, particulars);

    private static ProtoWriter Descriptor(int id, int number) => new ProtoWriter().Number(1, number).Number(2, 0).Number(3, 1).Number(4, id);

    private static ProtoWriter Socket(int family, int protocol, int state, int port, int peerPort, uint[] address, uint[] peer)
    {
        ProtoWriter socket = new ProtoWriter().Number(2, 1).Number(3, family).Number(4, 1).Number(5, protocol).Number(6, state).Number(7, port).Number(8, peerPort);
        foreach (uint word in address)
        {
            socket.Number(11, word);
        }

        foreach (uint word in peer)
        {
            socket.Number(12, word);
        }

        return socket;
    }
}
