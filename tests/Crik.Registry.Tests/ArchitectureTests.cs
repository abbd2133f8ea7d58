using Crik.Testing.Architecture;

namespace Crik.Registry.Tests;

/// <summary>Checks what the library may use, and the sizes that the house style asks for.</summary>
public sealed class ArchitectureTests
{
    public static TheoryData<string> Files => [.. Repository.SourceFiles("src/Crik.Registry").Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_library_knows_none_of_its_users_and_writes_no_files(string file) =>
        Assert.DoesNotMatch(@"Crik\.(Pods|Kubernetes|Operator|Cli|Contracts)|File\.|Environment\.|Console\.|ILogger", File.ReadAllText(Repository.In(file)));

    [Theory]
    [MemberData(nameof(Files))]
    public void Files_and_methods_are_short(string file)
    {
        Assert.InRange(File.ReadLines(Repository.In(file)).Count(), 1, 200);
        Assert.All(SourceMembers.Of(Repository.In(file)), member => Assert.InRange(member.Lines, 1, 60));
    }

    [Fact]
    public void Only_the_connector_makes_connections()
    {
        foreach (string file in Repository.SourceFiles("src/Crik.Registry").Where(file => Path.GetFileName(file) is not "Connector.cs"))
        {
            Assert.DoesNotMatch(@"HttpClient|SocketsHttpHandler|new Socket\(|TcpClient", File.ReadAllText(file));
        }
    }
}
