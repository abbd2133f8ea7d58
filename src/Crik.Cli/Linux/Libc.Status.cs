using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>What a file is, and what may be done with it.</summary>
internal static unsafe partial class Libc
{
    private const int AT_EMPTY_PATH = 0x1000;
    private const int AT_SYMLINK_NOFOLLOW = 0x100;
    private const uint STATX_BASIC_STATS = 0x7ff;
    private const uint STATX_MNT_ID = 0x1000;

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    private static partial int StatxCore(int directory, byte[] name, int flags, uint mask, byte* result);

    [LibraryImport(Library, EntryPoint = "access", SetLastError = true)]
    private static partial int AccessCore(byte[] path, int mode);

    [LibraryImport(Library, EntryPoint = "getxattr", SetLastError = true)]
    private static partial nint GetxattrCore(byte[] path, ReadOnlySpan<byte> name, byte* value, nint size);

    /// <returns><see langword="null"/> when there is no such name. Other errors are thrown.</returns>
    internal static FileStatus? Status(FileDescriptor directory, ReadOnlySpan<byte> name, bool followLinks) =>
        Status(directory.Number, Zeroed(name), followLinks, out FileStatus status) switch
        {
            0 => status,
            Errno.ENOENT or Errno.ENOTDIR => null,
            int errno => throw new LinuxException("statx", errno),
        };

    /// <returns><see langword="null"/> when the file is not there, and also when it may not be looked at.</returns>
    internal static FileStatus? TryStatus(string path, bool followLinks) =>
        Status(AT_FDCWD, Zeroed(path), followLinks, out FileStatus status) == 0 ? status : null;

    /// <returns><see langword="null"/> when the descriptor is not open.</returns>
    internal static FileStatus? TryStatus(int descriptor) =>
        Status(descriptor, [0], followLinks: true, out FileStatus status) == 0 ? status : null;

    /// <returns>0, or the errno: EACCES, EROFS, ENOENT…</returns>
    internal static int CheckWritable(string path) => Access(path, 2 /* W_OK */);

    /// <summary>For a file that could not be looked at: throws when it may be there all the same, on a disk that fails.</summary>
    internal static void ThrowOnTrouble(string path)
    {
        int errno = Access(path, 0 /* F_OK */);
        if (Errno.IsTrouble(errno))
        {
            throw new LinuxException($"access({ByteStrings.Printable(path)})", errno);
        }
    }

    internal static bool IsMissing(string path) => Access(path, 0 /* F_OK */) == Errno.ENOENT;

    internal static bool IsExecutable(string path) => Access(path, 1 /* X_OK */) == 0;

    /// <summary>Permitted capabilities that executing the file gives (<c>capabilities(7)</c>, struct vfs_cap_data).</summary>
    /// <returns>0 when it has none.</returns>
    internal static ulong FileCapabilities(string path)
    {
        byte* data = stackalloc byte[24];
        nint size = GetxattrCore(Zeroed(path), "security.capability\0"u8, data, 24);
        return size >= 20 ? *(uint*)(data + 4) | ((ulong)*(uint*)(data + 12) << 32) : 0;
    }

    private static int Access(string path, int mode) => ErrnoOf(AccessCore(Zeroed(path), mode));

    /// <summary>
    /// Reads struct statx (statx(2)): stx_nlink at 16, stx_uid at 20, stx_gid at 24, stx_mode at 28, stx_ino at 32, stx_size at 40, stx_atime at
    /// 64, stx_ctime at 96, stx_mtime at 112, the major and the minor number of stx_rdev at 128, those of stx_dev at 136, and stx_mnt_id at 144.
    /// </summary>
    /// <param name="zeroed">Empty for the status of the descriptor itself.</param>
    private static int Status(int directory, byte[] zeroed, bool followLinks, out FileStatus status)
    {
        byte* result = stackalloc byte[256];
        int flags = (zeroed.Length == 1 ? AT_EMPTY_PATH : 0) | (followLinks ? 0 : AT_SYMLINK_NOFOLLOW);
        int errno = ErrnoOf(StatxCore(directory, zeroed, flags, STATX_BASIC_STATS | STATX_MNT_ID, result));
        status = errno != 0 ? default : new FileStatus(
            (FileType)(*(ushort*)(result + 28) & 0xF000),
            (UnixFileMode)(*(ushort*)(result + 28) & 0xFFF),
            Links: Word(16),
            UserId: Word(20),
            GroupId: Word(24),
            Size: *(long*)(result + 40),
            Inode: *(ulong*)(result + 32),
            Device: new DeviceNumber(Word(136), Word(140)),
            RawDevice: new DeviceNumber(Word(128), Word(132)),
            ModifiedAt: Time(112),
            AccessedAt: Time(64),
            ChangedAt: Time(96),
            MountId: *(ulong*)(result + 144));
        return errno;

        uint Word(int at) => *(uint*)(result + at);

        long Time(int at) => (*(long*)(result + at) * 1_000_000_000) + Word(at + 8); // struct statx_timestamp: seconds, nanoseconds
    }
}
