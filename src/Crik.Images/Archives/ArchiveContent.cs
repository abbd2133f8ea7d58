using Crik.Images.Tar;

namespace Crik.Images.Archives;

/// <summary>The documents of a checkpoint archive, found in one walk from its begin to its end.</summary>
internal sealed class ArchiveContent
{
    private const string InventoryName = "checkpoint/inventory.img";
    private const string ConfigurationName = "config.dump";
    private const string SpecificationName = "spec.dump";
    private const string StatusName = "status.dump";
    private const string LogName = "dump.log";

    private static readonly string[] s_needed = [ConfigurationName, SpecificationName];

    private readonly Dictionary<string, byte[]> _found = [];
    private bool _hasInventory;

    private ArchiveContent()
    {
    }

    public long Size { get; private set; }

    public ReadOnlySpan<byte> Configuration => _found[ConfigurationName];

    public ReadOnlySpan<byte> Specification => _found[SpecificationName];

    /// <summary>Empty if there is none: only containerd writes it.</summary>
    public ReadOnlySpan<byte> Status => _found.GetValueOrDefault(StatusName);

    public ReadOnlySpan<byte> LogBeginning => _found.GetValueOrDefault(LogName);

    public static async Task<ArchiveContent> ReadAsync(Stream archive, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        ArchiveContent content = new();
        TarReader tar = new(archive, limits);
        while (await tar.NextAsync(cancellationToken) is { } member)
        {
            await content.TakeAsync(tar, member, MemberNames.Check(member, limits), limits, cancellationToken);
        }

        content.Size = tar.Position;
        string? missing = Array.Find(s_needed, name => !content._found.ContainsKey(name)) ?? (content._hasInventory ? null : InventoryName);
        return missing is null ? content
            : throw new ImageException(
                ImageFailure.NotACheckpoint, $"The archive has no {missing}, so it is not a checkpoint of a container that a runtime wrote.");
    }

    private async ValueTask TakeAsync(TarReader tar, TarMember member, string name, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        bool isDocument = name is ConfigurationName or SpecificationName or StatusName;
        if (!isDocument && name is not (LogName or InventoryName))
        {
            return;
        }

        // Which of two would count depends on the program that reads them.
        if (member.Kind is not TarMemberKind.File || _found.ContainsKey(name) || (name is InventoryName && _hasInventory))
        {
            throw new ImageException(ImageFailure.Unsafe, $"The archive has {name} twice, or as a directory, which no container runtime writes.");
        }

        if (isDocument && member.Size > limits.DocumentBytes)
        {
            throw new ImageException(ImageFailure.TooLarge, $"{name} in the archive has {member.Size} bytes, and at most {limits.DocumentBytes} are allowed.");
        }

        if (name is InventoryName)
        {
            _hasInventory = true;
            return;
        }

        _found.Add(name, await tar.ContentAsync(isDocument ? limits.DocumentBytes : DumpLog.Bytes, cancellationToken));
    }
}
