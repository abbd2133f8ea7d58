using System.Text.RegularExpressions;
using Crik.Testing.Architecture;

namespace Crik.Tests;

/// <summary>Checks that the architecture tests see every way in which one type can use another.</summary>
public sealed class CompiledProgramTests
{
    private const string Source = "tests/Crik.Cli.Tests/Uses.cs";

    [Theory]
    [InlineData("AsField")]
    [InlineData("AsParameter")]
    [InlineData("AsBase")]
    [InlineData("AsTypeArgument")]
    [InlineData("AsConstraint")]
    [InlineData("AsLocal")]
    [InlineData("AsStaticCall")]
    [InlineData("AsCaught")]
    [InlineData("AsAttribute")]
    [InlineData("InLambda")]
    [InlineData("InIterator")]
    public void A_use_is_found_with_its_file_and_line(string used)
    {
        using CompiledProgram program = new(typeof(CompiledProgramTests).Assembly.Location);

        TypeUse use = Assert.Single(program.Uses("Crik.Tests.Uses.").GroupBy(use => use.Used), uses => uses.Key == $"Crik.Tests.Uses.{used}").First();

        Assert.Equal("Crik.Tests.Uses.User", use.User);
        Assert.Matches(@"^tests/Crik\.Cli\.Tests/Uses\.cs:\d+$", use.Place);
    }

    [Theory]
    [InlineData("Block", 4)]
    [InlineData("Expression", 1)]
    [InlineData("WithSwitch", 6)]
    [InlineData("Property", 7)]
    public void A_member_is_measured_from_its_declaration_to_its_end(string name, int lines)
    {
        Assert.Contains(new SourceMember(Place(name), lines), SourceMembers.Of(Repository.In(Source)));
    }

    [Theory]
    [InlineData("Table")]
    [InlineData("PropertyTable")]
    public void A_field_with_a_table_is_not_measured(string name) =>
        Assert.DoesNotContain(SourceMembers.Of(Repository.In(Source)), member => member.Place == Place(name));

    private static string Place(string name)
    {
        int index = Array.FindIndex(File.ReadAllLines(Repository.In(Source)), line => Regex.IsMatch(line, $@"^    public .*\b{name}\b"));
        Assert.True(index >= 0, $"{Source} does not declare {name}.");
        return $"{Source}:{index + 1}";
    }
}
