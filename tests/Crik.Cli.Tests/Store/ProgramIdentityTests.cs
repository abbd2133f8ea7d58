using Crik.Linux;
using Crik.Store;

namespace Crik.Tests.Store;

public sealed class ProgramIdentityTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_same_program_has_the_same_identity()
    {
        string script = Write("app.py");

        Assert.Equal(Read("python3", script), Read("python3", script));
        Assert.Contains(Read("python3", script), trait => trait.StartsWith($"file {script}=6 ", StringComparison.Ordinal));
        Assert.Contains(Read("sh", "-c"), trait => trait.StartsWith("file ", StringComparison.Ordinal) && trait.Contains("/sh=", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_of_the_image_that_the_command_names_counts_by_size_and_time()
    {
        string config = Write("config");
        IReadOnlyList<string> before = Read("app", $"--config={config}");

        File.SetLastWriteTimeUtc(config, DateTime.UnixEpoch);

        Assert.Equal([$"file {config}=6 0"], Read("app", $"--config={config}").Except(before));
    }

    [Fact]
    public void A_value_of_the_environment_counts_and_is_not_kept()
    {
        IReadOnlyList<string> traits = ProgramIdentity.Read(["app"], ["MODE=secret value"]).Traits;

        Assert.Single(traits, trait => trait.StartsWith("variable MODE=", StringComparison.Ordinal));
        Assert.DoesNotContain(traits, trait => trait.Contains("secret value", StringComparison.Ordinal));
        Assert.NotEqual(traits, ProgramIdentity.Read(["app"], ["MODE=other value"]).Traits);
    }

    [Theory]
    [InlineData("ext4", "ro,relatime", true)] // a ConfigMap
    [InlineData("ext4", "rw,relatime", false)] // the program's own data
    [InlineData("tmpfs", "ro,relatime", false)] // a Secret, or the token of a service account
    [InlineData("sysfs", "ro,nosuid", false)]
    public void A_file_on_a_volume_counts_only_when_it_is_configuration(string type, string options, bool counts) =>
        Assert.Equal(counts, ProgramIdentity.IsConfiguration(new Mount(1, default, "/", "/etc/app", options, type, "source", "rw")));

    [Fact]
    public void A_directory_and_a_file_that_is_not_there_count_for_nothing() =>
        Assert.DoesNotContain(Read("app-that-is-nowhere", _directory.Path, _directory.In("none")), trait => trait.StartsWith("file ", StringComparison.Ordinal));

    private static IReadOnlyList<string> Read(params string[] command) => ProgramIdentity.Read(command, ["PATH=/bin:/usr/bin"]).Traits;

    private string Write(string name)
    {
        File.WriteAllText(_directory.In(name), "first\n");
        return _directory.In(name);
    }
}
