using System.Buffers.Binary;

namespace Crik.Criu;

/// <summary>
/// Reads which functions of other libraries a program calls through its relocations (ELF-64 Object File Format; elf(5)). A preloaded library
/// can replace only these functions.
/// </summary>
internal static class DynamicCalls
{
    private const ulong LongestTable = 16 << 20;

    /// <returns><see langword="null"/> when the file cannot be read or is no program of 64 bits; a script, for example, is none.</returns>
    public static HashSet<string>? Read(string path)
    {
        using FileDescriptor? file = Libc.TryOpen(path, Libc.O_RDONLY | Libc.O_NONBLOCK, 0, out _);
        try
        {
            return file is not null && Libc.TryStatus(file.Number) is { IsRegular: true } ? Read(file) : null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or OverflowException)
        {
            return null;
        }
    }

    private static HashSet<string>? Read(FileDescriptor file)
    {
        Span<byte> header = stackalloc byte[64];
        ReadAt(file, 0, header);
        if (header is not [0x7F, (byte)'E', (byte)'L', (byte)'F', 2 /* ELFCLASS64 */, 1 /* ELFDATA2LSB */, ..])
        {
            return null;
        }

        Segments segments = new(file, header);
        Dictionary<ulong, ulong> dynamic = segments.ReadDynamic();
        HashSet<uint> symbols = [];
        segments.AddSymbols(symbols, dynamic, Tag.Relocations, Tag.RelocationBytes, dynamic.GetValueOrDefault(Tag.RelativeRelocations));
        segments.AddSymbols(symbols, dynamic, Tag.FunctionRelocations, Tag.FunctionRelocationBytes, without: 0);
        return segments.Names(symbols, dynamic);
    }

    /// <summary>Reads the few bytes that are needed now. crik never holds a whole table in memory, because criu's tables are long.</summary>
    private static void ReadAt(FileDescriptor file, long offset, Span<byte> bytes)
    {
        if (Libc.ReadAt(file, offset, bytes) != bytes.Length)
        {
            throw new InvalidDataException("the file is cut off");
        }
    }

    /// <summary>Elf64_Dyn, the tags that are used.</summary>
    private static class Tag
    {
        public const ulong FunctionRelocationBytes = 2; // DT_PLTRELSZ
        public const ulong Texts = 5; // DT_STRTAB
        public const ulong Symbols = 6; // DT_SYMTAB
        public const ulong Relocations = 7; // DT_RELA
        public const ulong RelocationBytes = 8; // DT_RELASZ
        public const ulong FunctionRelocations = 23; // DT_JMPREL
        public const ulong RelativeRelocations = 0x6FFFFFF9; // DT_RELACOUNT: how many relocations at the beginning have no symbol
    }

    /// <summary>Reads the tables of a program, whose addresses are those in its memory, from its file.</summary>
    private sealed class Segments
    {
        private const uint Load = 1; // PT_LOAD
        private const uint Dynamic = 2; // PT_DYNAMIC
        private const int LongestName = 64; // every function that crik asks for has a shorter name

        private readonly FileDescriptor _file;
        private readonly List<(uint Type, ulong Offset, ulong Address, ulong Length)> _all = [];

        /// <param name="header">Elf64_Ehdr: the offset of the program headers at 32, the size of each at 54, their number at 56.</param>
        public Segments(FileDescriptor file, ReadOnlySpan<byte> header)
        {
            _file = file;
            long offset = checked((long)BinaryPrimitives.ReadUInt64LittleEndian(header[32..]));
            int size = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
            int count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
            Span<byte> segment = stackalloc byte[56]; // Elf64_Phdr: type 0, offset 8, address 16, length in the file 32
            for (int i = 0; i < count; i++)
            {
                ReadAt(file, checked(offset + ((long)i * size)), segment);
                _all.Add((
                    BinaryPrimitives.ReadUInt32LittleEndian(segment), BinaryPrimitives.ReadUInt64LittleEndian(segment[8..]),
                    BinaryPrimitives.ReadUInt64LittleEndian(segment[16..]), BinaryPrimitives.ReadUInt64LittleEndian(segment[32..])));
            }
        }

        /// <summary>Reads the values of the dynamic section by their tags. A program that is linked statically may have no such section.</summary>
        public Dictionary<ulong, ulong> ReadDynamic()
        {
            Dictionary<ulong, ulong> values = [];
            (_, ulong offset, _, ulong length) = _all.FirstOrDefault(segment => segment.Type == Dynamic);
            Span<byte> entry = stackalloc byte[16]; // Elf64_Dyn: tag 0, value 8; a tag of 0 ends them
            for (ulong at = 0; at + 16 <= Math.Min(length, LongestTable); at += 16)
            {
                ReadAt(_file, checked((long)(offset + at)), entry);
                if (BinaryPrimitives.ReadUInt64LittleEndian(entry) == 0)
                {
                    break;
                }

                values[BinaryPrimitives.ReadUInt64LittleEndian(entry)] = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]);
            }

            return values;
        }

        /// <summary>Adds the symbols of a table of relocations, when the dynamic section names it.</summary>
        /// <param name="start">The tag of the table's address.</param>
        /// <param name="length">The tag of its length.</param>
        /// <param name="without">How many relocations to leave out at its beginning.</param>
        public void AddSymbols(HashSet<uint> symbols, Dictionary<ulong, ulong> dynamic, ulong start, ulong length, ulong without)
        {
            if (!dynamic.TryGetValue(start, out ulong address) || !dynamic.TryGetValue(length, out ulong bytes) || bytes > LongestTable || without > bytes)
            {
                return;
            }

            Span<byte> relocation = stackalloc byte[24]; // Elf64_Rela: offset 0, info 8, addend 16; the upper half of the info is the symbol
            for (ulong at = without * 24; at + 24 <= bytes; at += 24)
            {
                ReadAt(_file, OffsetOf(address + at), relocation);
                symbols.Add((uint)(BinaryPrimitives.ReadUInt64LittleEndian(relocation[8..]) >> 32));
            }
        }

        /// <summary>Finds the names of symbols that another library has.</summary>
        public HashSet<string> Names(HashSet<uint> symbols, Dictionary<ulong, ulong> dynamic)
        {
            HashSet<string> names = [];
            if (!dynamic.TryGetValue(Tag.Symbols, out ulong table) || !dynamic.TryGetValue(Tag.Texts, out ulong texts))
            {
                return names; // linked statically
            }

            Span<byte> entry = stackalloc byte[24]; // Elf64_Sym: name 0, section 6; the section of what another library has is 0
            Span<byte> text = stackalloc byte[LongestName];
            foreach (uint symbol in symbols)
            {
                ReadAt(_file, OffsetOf(table + (symbol * 24UL)), entry);
                uint name = BinaryPrimitives.ReadUInt32LittleEndian(entry);
                if (BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]) == 0 && name > 0)
                {
                    int read = Libc.ReadAt(_file, OffsetOf(texts + name), text);
                    if (text[..read].IndexOf((byte)0) is > 0 and var end)
                    {
                        names.Add(Encoding.UTF8.GetString(text[..end]));
                    }
                }
            }

            return names;
        }

        private long OffsetOf(ulong address)
        {
            (_, ulong offset, ulong start, ulong inFile) =
                _all.FirstOrDefault(segment => segment.Type == Load && address >= segment.Address && address - segment.Address < segment.Length);
            return inFile > 0 ? checked((long)(offset + (address - start))) : throw new InvalidDataException("an address is in no segment");
        }
    }
}
