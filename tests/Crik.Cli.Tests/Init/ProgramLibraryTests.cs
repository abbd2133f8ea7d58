using Crik.Init;

namespace Crik.Tests.Init;

public sealed class ProgramLibraryTests : IDisposable
{
    private const string AskForRing = """
        #include <errno.h>
        #include <stdio.h>
        #include <unistd.h>
        #include <sys/syscall.h>
        int main(void) { syscall(425, 1, 0); puts(errno == ENOSYS ? "no io_uring" : "io_uring"); return 0; }
        """;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [CompilerFact]
    public void A_program_that_asks_for_io_uring_is_told_that_the_kernel_has_none() =>
        Assert.Equal("no io_uring", NativeSource.Run(NativeSource.Program(_temp, AskForRing), Write()));

    [CompilerFact]
    public void A_program_with_AddressSanitizer_runs_whether_its_runtime_is_a_library_or_not()
    {
        string preload = Write();

        Assert.Equal("no io_uring", NativeSource.Run(NativeSource.Program(_temp, AskForRing, "-fsanitize=address"), preload));
        Assert.Equal("no io_uring", NativeSource.Run(NativeSource.Program(_temp, AskForRing, "-fsanitize=address", "-static-libasan"), preload));
    }

    [CompilerFact]
    public void A_program_of_32_bits_finds_a_library_that_it_can_load()
    {
        string links = Path.GetDirectoryName(Write())!;

        // struct Elf32_Ehdr: the class is at 4, the type at 16, the machine at 18.
        foreach (string name in new[] { "i586", "i686" })
        {
            byte[] header = File.ReadAllBytes(Path.Combine(links, name))[..20];
            Assert.Equal((1, 3, 3), (header[4], header[16], header[18])); // ELFCLASS32, ET_DYN, EM_386
        }

        foreach (string name in new[] { "x86_64", "haswell", "xeon_phi", "$PLATFORM" })
        {
            Assert.Equal(2, File.ReadAllBytes(Path.Combine(links, name))[4]); // ELFCLASS64
        }
    }

    [CompilerFact(asRoot: true)]
    public void After_chroot_only_libraries_that_are_there_are_preloaded()
    {
        string program = NativeSource.Program(_temp, """
            #include <stdio.h>
            #include <stdlib.h>
            #include <unistd.h>
            int main(int count, char **arguments) { if (chroot(arguments[count - 1])) return 1; puts(getenv("LD_PRELOAD")); return 0; }
            """);
        string preload = Write();
        string other = _temp.In("other.so");
        File.WriteAllBytes(other, NativeSource.Library(_temp, "no-io-uring"));

        Assert.Equal("", NativeSource.Run(program, preload, _temp.Path));
        Assert.Equal($"{other}:", NativeSource.Run(program, $"{other}:{preload}", _temp.Path));
        Assert.Equal(other, NativeSource.Run(program, $"{preload}:{other}", _temp.Path));
        Assert.Equal(preload, NativeSource.Run(program, preload, "/"));
    }

    [Fact]
    public void A_directory_that_others_can_write_is_not_used()
    {
        string directory = Directory.CreateDirectory(_temp.In("crik-no-io-uring")).FullName;
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);

        Assert.Null(ProgramLibrary.TryWrite(_temp.Path, [1], [2]));
    }

    [Fact]
    public void A_link_in_the_place_of_the_directory_is_not_followed()
    {
        Directory.CreateDirectory(_temp.In("elsewhere"));
        File.CreateSymbolicLink(_temp.In("crik-no-io-uring"), _temp.In("elsewhere"));

        Assert.Null(ProgramLibrary.TryWrite(_temp.Path, [1], [2]));
    }

    [Fact]
    public void A_container_that_is_started_again_uses_the_files_that_are_there()
    {
        string? first = ProgramLibrary.TryWrite(_temp.Path, [1], [2]);

        Assert.NotNull(first);
        Assert.Equal(first, ProgramLibrary.TryWrite(_temp.Path, [1], [2]));
        Assert.Null(ProgramLibrary.TryWrite(_temp.Path, [3], [2])); // the program of a checkpoint may have the other one mapped
    }

    [Fact]
    public void A_restore_writes_the_files_that_are_missing_beside_the_library()
    {
        string directory = Directory.CreateDirectory(_temp.In("crik-no-io-uring"), (UnixFileMode)0b111_101_101).FullName;
        File.WriteAllBytes(Path.Combine(directory, "no-io-uring.so"), [1]);

        ProgramLibrary.Complete(["/bin/sh", Path.Combine(directory, "no-io-uring.so")], [1], [2]);

        Assert.Equal([1], File.ReadAllBytes(Path.Combine(directory, "before-libasan.so", "$PLATFORM")));
        Assert.Equal([2], File.ReadAllBytes(Path.Combine(directory, "before-libasan.so", "i686")));
    }

    [Fact]
    public void A_program_that_was_saved_without_the_library_gets_no_files()
    {
        ProgramLibrary.Complete(["/bin/sh", _temp.In("other", "no-io-uring.so")], [1], [2]);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Path));
    }

    private string Write() => ProgramLibrary.TryWrite(_temp.Path, NativeSource.Library(_temp, "no-io-uring"), NativeSource.Library(_temp, "nothing-32"))!;
}
