using Crik.Testing.Architecture;

namespace Crik.NodeAgent.Tests;

/// <summary>Checks that the decisions are pure, and the sizes that the house style asks for.</summary>
public sealed class ArchitectureTests
{
    public static TheoryData<string> Files => [.. Repository.SourceFiles("src/Crik.NodeAgent").Select(file => Path.GetRelativePath(Repository.Root, file))];

    public static TheoryData<string> Decisions =>
        [.. Repository.SourceFiles("src/Crik.NodeAgent/Steps").Select(file => Path.GetRelativePath(Repository.Root, file)),
            "src/Crik.NodeAgent/Leading/Retention.cs", "src/Crik.NodeAgent/Leading/UpkeepDecision.cs"];

    [Theory]
    [MemberData(nameof(Decisions))]
    public void A_decision_asks_nobody(string file) =>
        Assert.DoesNotMatch(@"\basync\b|\bTask\b|TimeProvider|UtcNow|File\.|Directory\.|Crik\.Kubernetes\.(Api|Resources)|Random", File.ReadAllText(Repository.In(file)));

    [Theory]
    [MemberData(nameof(Files))]
    public void Files_and_methods_are_short(string file)
    {
        Assert.InRange(File.ReadLines(Repository.In(file)).Count(), 1, 220);
        Assert.All(SourceMembers.Of(Repository.In(file)), member => Assert.InRange(member.Lines, 1, 60));
    }

    [Fact]
    public void Only_the_edges_know_the_API_server_the_registry_and_the_disk()
    {
        foreach (string file in Repository.SourceFiles("src/Crik.NodeAgent/Work").Where(file => Path.GetFileName(file) is not ("CheckpointQueues.cs" or "PodsHere.cs")))
        {
            Assert.DoesNotMatch(@"KubernetesApi|RegistryClient|\bFile\.|Directory\.|HttpClient", File.ReadAllText(file));
        }
    }
}
