using System.Text.RegularExpressions;
using Crik.Configuration;

namespace Crik.Tests;

/// <summary>
/// Checks docs/what-happens-when.md. Its table has a line for each event, without a server and with one. For each of them there is a system
/// test or a cluster test with <see cref="HappensAttribute"/>, which shows what the line says.
/// </summary>
public sealed partial class WhatHappensWhenTests
{
    private static readonly string[] s_servers = ["without a server", "with a server"];
    private static readonly string[] s_projects = ["tests/Crik.SystemTests", "tests/Crik.ClusterTests"];

    private static readonly string[] s_table =
        [.. File.ReadLines(Repository.In("docs/what-happens-when.md")).SkipWhile(line => !line.StartsWith("| event |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))];

    [Fact]
    public void Every_line_of_the_table_has_a_test_and_every_test_names_a_line()
    {
        string[] shown = [.. Files().SelectMany(Labels).Select(match => $"{match.Groups[1].Value}, {match.Groups[2].Value}")];

        Assert.Empty(Lines().Except(shown, StringComparer.OrdinalIgnoreCase));
        Assert.Empty(shown.Except(Lines(), StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void Every_label_is_on_a_test_that_runs_and_has_two_literals_that_a_search_finds() =>
        Assert.All(Files(), file => Assert.Equal(file.Split("[Happens(").Length - 1, Labels(file).Count()));

    [Fact]
    public void Every_event_has_a_line_without_a_server_and_one_with_a_server()
    {
        string[] events = [.. Lines().Select(line => line.Split(", ")[0]).Distinct()];

        Assert.True(events.Length >= 11);
        Assert.Equal(events.SelectMany(name => s_servers.Select(server => $"{name}, {server}")), Lines());
    }

    [Fact]
    public void Every_key_in_the_table_exists()
    {
        string[] keys = [.. s_table.SelectMany(line => Key().Matches(line.Split('|')[5])).Select(match => match.Groups[1].Value)];

        Assert.NotEmpty(keys);
        Assert.All(keys.Where(key => key != CrikVersion.OfProgram), key => Assert.Contains(key, OptionKeys.Names));
    }

    /// <summary>The event and the server of each line. A line that is true in both cases counts twice.</summary>
    private static IEnumerable<string> Lines()
    {
        string name = "";
        foreach (string[] cells in s_table.Select(line => line.Split('|', StringSplitOptions.TrimEntries)))
        {
            name = Bold().Match(cells[1]) is { Success: true } bold ? bold.Groups[1].Value : name;
            foreach (string server in cells[2] == "with or without" ? s_servers : [cells[2]])
            {
                yield return $"{name}, {server}";
            }
        }
    }

    private static IEnumerable<string> Files() => s_projects.SelectMany(Repository.SourceFiles).Select(File.ReadAllText);

    /// <summary>The labels of the methods that xunit runs.</summary>
    private static IEnumerable<Match> Labels(string file) =>
        Attributes().Matches(file).Where(attributes => Runs().IsMatch(attributes.Value)).SelectMany(attributes => Named().Matches(attributes.Value));

    /// <summary>All attributes of a method, which begin each on a line.</summary>
    [GeneratedRegex(@"^(?: *\[.*\n)+", RegexOptions.Multiline)]
    private static partial Regex Attributes();

    [GeneratedRegex(@"^ *\[(?:Lab)?(?:Fact|Theory)\]", RegexOptions.Multiline)]
    private static partial Regex Runs();

    [GeneratedRegex("""\[Happens\("([^"]+)", "([^"]+)"\)\]""")]
    private static partial Regex Named();

    [GeneratedRegex(@"^\*\*(.+?)\*\*")]
    private static partial Regex Bold();

    [GeneratedRegex("`([A-Za-z_]+)[:`]")]
    private static partial Regex Key();
}
