using System.Diagnostics;
using System.Globalization;
using Crik.Files;
using Crik.Linux;

namespace Crik.Tests.Files;

public sealed class LeasedFilesTests : ArchiveTest
{
    /// <summary>Takes a lease on a file that it has open for reading and writing, or for writing only, and says when somebody breaks it.</summary>
    private const string Holder =
        """
        import fcntl, os, signal, sys
        signal.signal(signal.SIGIO, lambda *_: os.write(1, b'broken\n'))
        file = os.open(sys.argv[1], os.O_WRONLY if sys.argv[2] == 'w' else os.O_RDWR)
        os.lseek(file, 3, os.SEEK_SET)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        os.write(1, b'%d\n' % file)
        sys.stdin.readline()
        os.write(1, b'%d %d\n' % (fcntl.fcntl(file, fcntl.F_GETLEASE), os.lseek(file, 0, os.SEEK_CUR)))
        """;

    [Fact]
    public void A_leased_file_is_read_through_the_programs_descriptor_and_keeps_its_lease_and_position()
    {
        File.WriteAllText(Root, "contents");
        using Process program = Hold("rw", out int descriptor);
        using HeldFiles held = new(new HashSet<string> { Root });
        held.AddIfLeased(Libc.TryGetDescriptor(program.Id, descriptor)!);

        FileArchiveSummary summary = FileArchive.Capture([], [Root], [], Archive, CancellationToken.None, held);

        program.StandardInput.WriteLine();
        Assert.Equal("1 3", program.StandardOutput.ReadToEnd().Trim()); // F_WRLCK, and no "broken"
        Assert.Empty(summary.Notes);
        File.Delete(Root);
        FileArchive.Restore(Archive, new ArchiveRoots([], [Root]), CancellationToken.None);
        Assert.Equal("contents", File.ReadAllText(Root));
    }

    [Fact]
    public void A_leased_file_that_is_open_for_writing_only_makes_the_capture_fail_and_keeps_its_lease()
    {
        File.WriteAllText(Root, "contents");
        using Process program = Hold("w", out int descriptor);
        using HeldFiles held = new(new HashSet<string> { Root });
        held.AddIfLeased(Libc.TryGetDescriptor(program.Id, descriptor)!);

        FileArchiveException exception = Assert.Throws<FileArchiveException>(() => FileArchive.Capture([], [Root], [], Archive, CancellationToken.None, held));

        program.StandardInput.WriteLine();
        Assert.Equal("1 3", program.StandardOutput.ReadToEnd().Trim());
        Assert.StartsWith($"{Root} cannot be read for the checkpoint: the program has a lease on it", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "Resource temporarily unavailable")]
    [InlineData(false, "it was removed or replaced meanwhile")]
    public void Only_a_file_that_the_tree_does_not_have_open_is_left_out_when_it_cannot_be_read(bool exists, string reason)
    {
        using Process? other = exists ? Hold("rw", out _) : null;
        using HeldFiles held = new(new HashSet<string> { Root });

        FileArchiveException exception = Assert.Throws<FileArchiveException>(() => FileArchive.Capture([], [Root], [], Archive, CancellationToken.None, held));

        Assert.Equal($"{Root} cannot be read for the checkpoint: {reason}", exception.Message);
        Directory.Delete(Archive, recursive: true);
        Assert.Equal(exists ? 1 : 0, FileArchive.Capture([], [Root], [], Archive, CancellationToken.None).Notes.Count);
    }

    private Process Hold(string mode, out int descriptor)
    {
        File.AppendAllText(Root, "");
        Process program = Process.Start(new ProcessStartInfo("python3", ["-c", Holder, Root, mode]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        descriptor = int.Parse(program.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        return program;
    }
}
