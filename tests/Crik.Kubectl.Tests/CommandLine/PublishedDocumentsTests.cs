using Crik.Kubectl.CommandLine;

namespace Crik.Kubectl.Tests.CommandLine;

/// <summary>Compares docs/kubectl.md with the table of commands.</summary>
public sealed class PublishedDocumentsTests
{
    private static readonly string s_page = File.ReadAllText(Repository.In("docs/kubectl.md"));

    public static TheoryData<string> Commands => [.. CommandTable.All.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_page_has_a_row_for_every_command_with_all_its_options(string name)
    {
        CommandSpec command = CommandTable.Find(name)!;
        string row = Assert.Single(s_page.Split('\n'), line => line.Replace("\\|", "|", StringComparison.Ordinal).StartsWith($"| `{string.Join(' ', [name, .. command.Words])}`", StringComparison.Ordinal));

        Assert.All(command.Options, option => Assert.Contains($"`{option.Name}", row, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_command_that_the_page_shows_is_understood()
    {
        string[] lines = [.. s_page.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("kubectl crik ", StringComparison.Ordinal))];

        Assert.NotEmpty(lines);
        Assert.All(lines, line => CommandLineReader.Read(Words(line)));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_example_of_the_help_is_understood(string name)
    {
        foreach (string line in CommandTable.Find(name)!.Examples.Split('\n').Where(line => line.StartsWith("kubectl crik ", StringComparison.Ordinal)))
        {
            Assert.NotNull(CommandLineReader.Read(Words(line)).Command);
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void No_line_of_the_help_is_longer_than_a_terminal(string name) =>
        Assert.All(CommandTable.Find(name)!.Details.Split('\n'), line => Assert.InRange(line.Length, 0, 84));

    private static string[] Words(string line) => line.Split('|', '#', '>')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[2..];
}
