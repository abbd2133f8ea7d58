using Crik.Files;

namespace Crik.Tests.Files;

/// <summary>Gives a test a directory to save, and an archive beside it.</summary>
public abstract class ArchiveTest : IDisposable
{
    private readonly TempDirectory _temp = new();

    protected string Place => _temp.Path;

    protected string Root => _temp.In("state");

    protected string Archive => _temp.In("archive");

    public void Dispose()
    {
        _temp.Dispose();
        GC.SuppressFinalize(this);
    }

    protected string In(params string[] parts) => _temp.In(parts);

    private protected FileArchiveSummary Capture() => FileArchive.Capture([Root], [], [], Archive, CancellationToken.None);

    private protected FileArchiveSummary Restore() => FileArchive.Restore(Archive, new ArchiveRoots([Root], []), CancellationToken.None);

    protected static string Python(string program, string directory) => Command.Output("env", "-C", directory, "python3", "-c", program);
}
