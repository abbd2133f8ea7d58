namespace Crik.Files;

/// <summary>How a file differs from the file at the checkpoint. If several differences apply, the first of them counts.</summary>
internal enum FileChange
{
    None,

    /// <summary>Another file has its name now.</summary>
    Replaced,

    /// <summary>It has another size.</summary>
    Resized,

    /// <summary>It has the same size, and something wrote to it.</summary>
    Modified,
}
