using System.Buffers.Binary;
using System.Text;

namespace Crik.Criu;

/// <summary>
/// The open file descriptions in a set of images: found by task and descriptor, and changed into something that a new
/// pod has. Field numbers are those of criu's images/fdinfo.proto, regfile.proto and core.proto.
/// </summary>
internal static class OpenFiles
{
    // enum fd_types
    private const int TypeRegular = 1;
    private const int TypeInetSocket = 4;

    private const int RegularFile = 3; // in file_entry
    private const int Name = 6; // in reg_file_entry
    private const int SourceAddress = 11; // src_addr of images/sk-inet.proto: words, each in memory as on the network

    /// <summary>The ids in <c>files.img</c> of what these descriptors lead to.</summary>
    public static IReadOnlyList<uint> FindIds(string images, IEnumerable<(int Pid, int Descriptor)> descriptors)
    {
        HashSet<uint> ids = [];
        foreach (int pid in descriptors.Select(descriptor => descriptor.Pid).Distinct())
        {
            List<byte[]> numbers = CriuImage.Read(Path.Combine(images, $"ids-{pid}.img")).Messages;
            uint table = (uint)ProtoReader.FindNumber(numbers.Count > 0 ? numbers[0] : throw new InvalidDataException($"ids-{pid}.img is empty"), 2); // files_id
            string tablePath = Path.Combine(images, $"fdinfo-{table}.img");
            HashSet<ulong> wanted = [.. descriptors.Where(descriptor => descriptor.Pid == pid).Select(descriptor => (ulong)descriptor.Descriptor)];
            foreach (byte[] entry in CriuImage.Read(tablePath).Messages)
            {
                if (wanted.Contains(ProtoReader.FindNumber(entry, 4))) // fd
                {
                    ids.Add((uint)ProtoReader.FindNumber(entry, 1));
                }
            }
        }

        return [.. ids.Order()];
    }

    /// <summary>
    /// Turns the descriptions with these ids into plain files with a name that only <c>--inherit-fd</c> knows, whatever
    /// they were. So a pipe can come back as a terminal, and a terminal as a file. A terminal is one description for all
    /// three streams, and what comes in its place may be three; every stream therefore gets one of its own.
    /// </summary>
    public static bool ReplaceStreams(CriuImage files, StreamReplacement replacement)
    {
        if (replacement.IsEmpty)
        {
            return false;
        }

        Change(files, (id, _) => replacement.Default(id) is { } stream ? Regular(id, stream) : null);
        foreach (int stream in replacement.Streams)
        {
            files.Messages.Add(Regular(replacement.NewId(stream), stream));
        }

        return true;

        static byte[] Regular(uint id, int stream)
        {
            ProtoWriter nobody = new ProtoWriter().Number(1, 0).Number(2, 0).Number(3, 0).Number(4, 0).Number(5, 0); // fown_entry
            ProtoWriter regular = new ProtoWriter().Number(1, id).Number(2, 2 /* O_RDWR */).Number(3, 0).Message(5, nobody)
                .Text(6, $"/{StreamReplacement.Name(stream)}"); // criu leaves out the first character
            return new ProtoWriter().Number(1, TypeRegular).Number(2, id).Message(3, regular).ToArray();
        }
    }

    /// <summary>The same for a task's table of descriptors.</summary>
    /// <returns>Whether anything was changed; so for all of these.</returns>
    public static bool ReplaceStreamsInTable(CriuImage table, StreamReplacement replacement)
    {
        bool changed = false;
        for (int i = 0; i < table.Messages.Count; i++)
        {
            if (replacement.StreamOf((uint)ProtoReader.FindNumber(table.Messages[i], 1), (int)ProtoReader.FindNumber(table.Messages[i], 4)) is { } stream)
            {
                table.Messages[i] = Replace(Replace(table.Messages[i], 1, replacement.NewId(stream)), 3, TypeRegular);
                changed = true;
            }
        }

        return changed;
    }

    /// <summary>The highest id in <c>files.img</c>.</summary>
    public static uint HighestId(CriuImage files) => files.Messages.Select(message => (uint)ProtoReader.FindNumber(message, 2)).DefaultIfEmpty(0u).Max();

    /// <summary>Gives plain files another path.</summary>
    /// <param name="move">The new path, or <see langword="null"/> to leave it. </param>
    public static bool Move(CriuImage files, Func<string, string?> move)
    {
        bool changed = false;
        Change(files, (_, entry) =>
        {
            if (ProtoReader.FindNumber(entry, 1) != TypeRegular)
            {
                return null;
            }

            ReadOnlySpan<byte> regular = ProtoReader.FindBytes(entry, RegularFile);
            if (move(Encoding.UTF8.GetString(ProtoReader.FindBytes(regular, Name))) is not { } target)
            {
                return null;
            }

            changed = true;
            return ReplaceBytes(entry, RegularFile, ReplaceBytes(regular, Name, Encoding.UTF8.GetBytes(target)));
        });
        return changed;
    }

    /// <summary>Gives sockets that are bound to an address of the old pod's the new one's.</summary>
    public static bool Readdress(CriuImage files, PodAddresses addresses)
    {
        const int Socket = 4;
        bool changed = false;
        Change(files, (_, entry) =>
        {
            if (ProtoReader.FindNumber(entry, 1) != TypeInetSocket)
            {
                return null;
            }

            ProtoWriter outer = new();
            bool moved = false;
            ProtoReader reader = new(entry);
            while (reader.Next())
            {
                if (reader.Field == Socket && SourceOf(reader.Bytes) is { Length: 4 or 16 } source && addresses.Move(source) is { } target)
                {
                    outer.Bytes(Socket, ReplaceSource(reader.Bytes, target));
                    moved = true;
                }
                else
                {
                    outer.Raw(reader.RawField);
                }
            }

            changed |= moved;
            return moved ? outer.ToArray() : null;
        });
        return changed;
    }

    /// <summary>
    /// Takes owner and mode off Unix sockets whose file was deleted. criu writes there what its stack happened to hold (sk-unix.c,
    /// unix_process_name), and without root it may not give a file to such an owner.
    /// </summary>
    public static bool ForgetOwnersOfDeleted(CriuImage files)
    {
        const int LocalSocket = 16; // usk of images/fdinfo.proto
        const int Permissions = 13; // file_perms and deleted of images/sk-unix.proto
        const int Deleted = 15;
        bool changed = false;
        Change(files, (_, entry) =>
        {
            ReadOnlySpan<byte> socket = ProtoReader.FindBytes(entry, LocalSocket);
            if (ProtoReader.FindNumber(socket, Deleted) == 0)
            {
                return null;
            }

            changed = true;
            return ReplaceBytes(entry, LocalSocket, Rewrite(socket, Permissions, _ => { }));
        });
        return changed;
    }

    private static byte[] SourceOf(ReadOnlySpan<byte> socket)
    {
        byte[] bytes = new byte[16];
        int length = 0;
        ProtoReader reader = new(socket);
        while (reader.Next())
        {
            if (reader.Field == SourceAddress && length < bytes.Length)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(length), (uint)reader.Number);
                length += 4;
            }
        }

        return ProtoReader.FindNumber(socket, 3) == 2 /* AF_INET */ ? bytes[..4] : bytes[..length];
    }

    private static byte[] ReplaceSource(ReadOnlySpan<byte> socket, byte[] target)
    {
        ProtoWriter writer = new();
        int word = 0;
        ProtoReader reader = new(socket);
        while (reader.Next())
        {
            if (reader.Field == SourceAddress && (word * 4) < target.Length)
            {
                writer.Number(SourceAddress, BinaryPrimitives.ReadUInt32LittleEndian(target.AsSpan(word++ * 4)));
            }
            else
            {
                writer.Raw(reader.RawField);
            }
        }

        return writer.ToArray();
    }

    private delegate byte[]? EntryChange(uint id, byte[] entry);

    private static void Change(CriuImage files, EntryChange change)
    {
        for (int i = 0; i < files.Messages.Count; i++)
        {
            files.Messages[i] = change((uint)ProtoReader.FindNumber(files.Messages[i], 2), files.Messages[i]) ?? files.Messages[i];
        }
    }

    private static byte[] Replace(ReadOnlySpan<byte> message, int field, long value) => Rewrite(message, field, writer => writer.Number(field, value));

    private static byte[] ReplaceBytes(ReadOnlySpan<byte> message, int field, byte[] value) => Rewrite(message, field, writer => writer.Bytes(field, value));

    /// <summary>The same message with something else, or nothing, in the place of a field.</summary>
    private static byte[] Rewrite(ReadOnlySpan<byte> message, int field, Action<ProtoWriter> write)
    {
        ProtoWriter writer = new();
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                write(writer);
            }
            else
            {
                writer.Raw(reader.RawField);
            }
        }

        return writer.ToArray();
    }
}
