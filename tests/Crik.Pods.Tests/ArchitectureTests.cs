using Crik.Testing.Architecture;

namespace Crik.Pods.Tests;

/// <summary>Checks that the rules stay pure, and the sizes that the house style asks for.</summary>
public sealed class ArchitectureTests
{
    public static TheoryData<string> Files => [.. Repository.SourceFiles("src/Crik.Pods").Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_rule_uses_no_network_no_files_no_clock_and_no_threads(string file) => Assert.DoesNotMatch(
        @"System\.Net|HttpClient|File\.|Directory\.Get|\basync\b|\bTask\b|UtcNow|TimeProvider|Thread|Environment\.|Console\.", File.ReadAllText(Repository.In(file)));

    [Theory]
    [MemberData(nameof(Files))]
    public void Files_and_methods_are_short(string file)
    {
        Assert.InRange(File.ReadLines(Repository.In(file)).Count(), 1, 200);
        Assert.All(SourceMembers.Of(Repository.In(file)), member => Assert.InRange(member.Lines, 1, 60));
    }
}
