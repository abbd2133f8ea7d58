using Crik.NodeAgent.Archives;

namespace Crik.NodeAgent.Tests.Archives;

public sealed class ArchiveNameTests
{
    private static readonly ContainerName s_container = new("team", "web", "app");

    [Fact]
    public void The_time_in_the_name_is_that_of_the_request() => Assert.Equal(
        new DateTimeOffset(2026, 11, 23, 18, 32, 36, TimeSpan.Zero), ArchiveName.TimeOf("checkpoint-web_team-app-2026-11-23T18:32:36Z.tar", s_container));

    [Theory]
    [InlineData("checkpoint-web_team-app2-2026-11-23T18:32:36Z.tar")]
    [InlineData("checkpoint-web_team-app-2-2026-11-23T18:32:36Z.tar")]
    [InlineData("checkpoint-web2_team-app-2026-11-23T18:32:36Z.tar")]
    [InlineData("checkpoint-web_team-app-2026-11-23T18:32:36Z.tar.part")]
    [InlineData("checkpoint-web_team-app-.tar")]
    public void Archives_of_others_are_no_archives_of_the_container(string name) => Assert.Null(ArchiveName.TimeOf(name, s_container));

    [Theory]
    [InlineData("/var/lib/kubelet/checkpoints/a.tar", "a.tar")]
    [InlineData("/var/lib/kubelet/checkpoints/../../../etc/shadow.tar", null)]
    [InlineData("/var/lib/kubelet/checkpoints/crik/a.tar", null)]
    [InlineData("/var/lib/kubelet/checkpoints/.a.tar", null)]
    [InlineData("/var/lib/kubelet/checkpoints/a", null)]
    [InlineData("/var/lib/kubelet/checkpoints/a\n.tar", null)]
    [InlineData("a.tar", null)]
    [InlineData("", null)]
    public void Only_a_file_in_the_directory_is_accepted_from_the_kubelet(string path, string? expected) =>
        Assert.Equal(expected, ArchiveName.Of(path, "/var/lib/kubelet/checkpoints/"));

    [Fact]
    public void The_name_of_a_held_archive_says_whose_it_is()
    {
        HeldArchive held = new("0b6c-1", "app");
        Assert.Equal(held, HeldArchive.Parse(held.FileName));
        Assert.Null(HeldArchive.Parse("notes.txt"));
        Assert.Null(HeldArchive.Parse("a_b_c.tar"));
    }
}
