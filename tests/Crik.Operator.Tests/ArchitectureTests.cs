using Crik.Testing.Architecture;

namespace Crik.Operator.Tests;

/// <summary>Checks what the parts of the operator may use, and the sizes that the house style asks for.</summary>
public sealed class ArchitectureTests
{
    public static TheoryData<string> Files => [.. Repository.SourceFiles("src/Crik.Operator").Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Fact]
    public void Reviews_and_decisions_ask_nobody()
    {
        foreach (string name in (string[])["AdmissionReview.cs", "AdmissionDecision.cs", "AdmissionRequest.cs", "AdmissionResponse.cs", "Owner.cs"])
        {
            Assert.DoesNotMatch(@"\basync\b|\bTask\b|Crik\.Kubernetes|TimeProvider|File\.", File.ReadAllText(Repository.In($"src/Crik.Operator/Admission/{name}")));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Files_and_methods_are_short(string file)
    {
        Assert.InRange(File.ReadLines(Repository.In(file)).Count(), 1, 200);
        Assert.All(SourceMembers.Of(Repository.In(file)), member => Assert.InRange(member.Lines, 1, 60));
    }
}
