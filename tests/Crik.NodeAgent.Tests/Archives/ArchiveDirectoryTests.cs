using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Archives;

namespace Crik.NodeAgent.Tests.Archives;

public sealed class ArchiveDirectoryTests : IDisposable
{
    private const string Name = "checkpoint-static-1_default-app-2026-11-23T18:32:36Z.tar";

    private static readonly SavedContainer s_container = new(new ContainerName("default", "static-1", "app"), "e660");
    private static readonly DateTimeOffset s_made = new(2026, 11, 23, 18, 32, 36, TimeSpan.Zero);
    private static readonly HeldArchive s_held = new("uid-one", "app");

    private readonly TempDirectory _directory = new();
    private readonly ArchiveDirectory _archives;

    public ArchiveDirectoryTests()
    {
        _archives = new ArchiveDirectory(_directory.Path, 0);
        _archives.Prepare();
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_archive_is_claimed_verified_and_removed()
    {
        File.WriteAllBytes(_directory.In(Name), Crik.Images.Tests.Archives.Containerd());
        _archives.Claim(Name, s_held);
        Assert.False(File.Exists(_directory.In(Name)));
        Assert.Equal([s_held], _archives.Held());

        CheckedArchive archive = await _archives.CheckAsync(s_held, s_container, CancellationToken.None);
        Assert.Equal(("containerd", Crik.Images.Tests.Archives.Containerd().Length), (archive.Runtime, archive.Bytes));

        _archives.Remove(s_held);
        _archives.Remove(s_held);
        Assert.Empty(_archives.Held());
    }

    [Fact]
    public async Task Only_archives_of_the_container_since_the_intent_are_found()
    {
        File.WriteAllBytes(_directory.In(Name), Crik.Images.Tests.Archives.Containerd());
        Assert.Equal([new FoundArchive(Name, s_made, true)], await _archives.FindAsync(s_container, s_made.AddMilliseconds(900), CancellationToken.None));
        Assert.Empty(await _archives.FindAsync(s_container, s_made.AddSeconds(1), CancellationToken.None));
        Assert.Empty(await _archives.FindAsync(Side("side"), s_made, CancellationToken.None));
    }

    [Fact]
    public async Task A_part_of_an_archive_is_found_as_one_that_is_not_complete()
    {
        File.WriteAllBytes(_directory.In(Name), Crik.Images.Tests.Archives.Containerd()[..3000]);
        Assert.False(Assert.Single(await _archives.FindAsync(s_container, s_made, CancellationToken.None)).IsComplete);
    }

    [Fact]
    public async Task The_archive_of_another_container_with_the_same_name_is_left_alone()
    {
        SavedContainer other = new(new ContainerName("default-app", "static-1", "x"), "e660");
        string ambiguous = "checkpoint-static-1_default-app-x-2026-11-23T18:32:36Z.tar";
        File.WriteAllBytes(_directory.In(ambiguous), Crik.Images.Tests.Archives.Containerd());
        Assert.Empty(await _archives.FindAsync(other, s_made, CancellationToken.None));
    }

    [Fact]
    public async Task The_archive_of_another_pod_that_had_the_name_is_neither_found_nor_accepted()
    {
        File.WriteAllBytes(_directory.In(Name), Crik.Images.Tests.Archives.Containerd());
        SavedContainer next = s_container with { PodUid = "another" };
        Assert.Empty(await _archives.FindAsync(next, s_made, CancellationToken.None));

        _archives.Claim(Name, s_held);
        ArchiveException problem = await Assert.ThrowsAsync<ArchiveException>(() => _archives.CheckAsync(s_held, next, CancellationToken.None));
        Assert.Equal(PodCheckpointReasons.NotThisPod, problem.Reason);
    }

    [Theory]
    [InlineData(3000, PodCheckpointReasons.BadArchive, "app")]
    [InlineData(null, PodCheckpointReasons.NotThisPod, "side")]
    public async Task An_archive_that_is_damaged_or_of_another_container_is_refused(int? length, string reason, string container)
    {
        byte[] whole = Crik.Images.Tests.Archives.Containerd();
        File.WriteAllBytes(_directory.In(Name), whole[..(length ?? whole.Length)]);
        HeldArchive held = new("uid-one", container);
        _archives.Claim(Name, held);
        ArchiveException problem = await Assert.ThrowsAsync<ArchiveException>(() => _archives.CheckAsync(held, Side(container), CancellationToken.None));
        Assert.Equal(reason, problem.Reason);
    }

    [Fact]
    public void A_link_and_a_missing_file_are_not_claimed()
    {
        File.CreateSymbolicLink(_directory.In(Name), "/etc/passwd");
        Assert.Equal(PodCheckpointReasons.ArchiveLost, Assert.Throws<ArchiveException>(() => _archives.Claim(Name, s_held)).Reason);
        Assert.Equal(PodCheckpointReasons.ArchiveLost, Assert.Throws<ArchiveException>(() => _archives.Claim("missing.tar", s_held)).Reason);
        Assert.Empty(_archives.Held());
    }

    [Fact]
    public void A_claim_never_replaces_an_archive()
    {
        File.WriteAllText(_directory.In(Name), "first");
        _archives.Claim(Name, s_held);
        File.WriteAllText(_directory.In(Name), "second");
        Assert.Throws<ArchiveException>(() => _archives.Claim(Name, s_held));
        using StreamReader kept = new(_archives.Open(s_held));
        Assert.Equal("first", kept.ReadToEnd());
    }

    [Fact]
    public void A_file_system_with_too_little_space_is_a_problem()
    {
        Assert.Null(_archives.DiskProblem(null));
        Assert.Contains("MiB free", new ArchiveDirectory(_directory.Path, 1.1).DiskProblem(null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_that_can_have_more_memory_than_there_is_space_is_a_problem()
    {
        Assert.Null(_archives.DiskProblem(1));
        Assert.Contains("which is its limit", _archives.DiskProblem(long.MaxValue), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_root_may_look_into_the_directory_of_the_agent() =>
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory.In("crik")));

    private static SavedContainer Side(string container) => s_container with { Name = s_container.Name with { Container = container } };
}
