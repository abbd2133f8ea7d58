using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>A null-terminated array of strings, as <c>argv</c> and <c>environ</c> are.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    public NativeStrings(IReadOnlyList<string> strings)
    {
        byte[][] all = [.. strings.Select(ByteStrings.Encode)];
        nuint pointers = (nuint)(all.Length + 1) * (nuint)sizeof(byte*);
        Pointer = (byte**)NativeMemory.AllocZeroed(pointers + (nuint)all.Sum(bytes => bytes.Length + 1));
        byte* next = (byte*)Pointer + pointers;
        for (int i = 0; i < all.Length; i++)
        {
            all[i].CopyTo(new Span<byte>(next, all[i].Length));
            Pointer[i] = next;
            next += all[i].Length + 1;
        }
    }

    public byte** Pointer { get; private set; }

    public void Dispose()
    {
        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}
