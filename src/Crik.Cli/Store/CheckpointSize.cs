namespace Crik.Store;

/// <summary>How large a checkpoint is, in bytes. <see cref="RunTotals.Parts"/> has the names of the parts.</summary>
/// <param name="memory">The images of the program's memory.</param>
/// <param name="images">criu's other images.</param>
/// <param name="files">The archive of files.</param>
internal sealed class CheckpointSize(long memory, long images, long files)
{
    public static CheckpointSize None { get; } = new(0, 0, 0);

    public long Memory => memory;

    public long[] Parts => [memory, images, files];
}
