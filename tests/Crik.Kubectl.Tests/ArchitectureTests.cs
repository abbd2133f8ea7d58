using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Crik.Testing.Architecture;

namespace Crik.Kubectl.Tests;

/// <summary>Checks which folders use which others, and the sizes that the house style asks for.</summary>
public sealed partial class ArchitectureTests
{
    private const string Source = "src/Crik.Kubectl";

    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Yaml"] = [],
        ["CommandLine"] = [],
        ["Output"] = ["Yaml"],
        ["Cluster"] = ["CommandLine", "Output"],
        ["Manifests"] = ["Yaml", "Output", "Cluster"],
        ["Rollback"] = ["Yaml", "Cluster"],
        ["Explain"] = ["Cluster"],
        ["Checkpoints"] = ["Cluster", "Output", "Manifests"],
        ["Migrations"] = ["Cluster", "Output"],
        ["Commands"] = ["CommandLine", "Output", "Cluster", "Manifests", "Rollback", "Explain", "Checkpoints", "Migrations"],
    };

    public static TheoryData<string> Folders => [.. s_allowed.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_uses_only_folders_that_its_rule_allows(string folder)
    {
        foreach (string file in Repository.SourceFiles($"{Source}/{folder}"))
        {
            foreach (Match line in UsingLine().Matches(File.ReadAllText(file)))
            {
                string used = line.Groups[1].Value;
                Assert.True(used == folder || s_allowed[folder].Contains(used), $"{file} uses Crik.Kubectl.{used}");
            }
        }
    }

    [Fact]
    public void Every_folder_has_a_rule() =>
        Assert.Equal(s_allowed.Keys.Order(), Directory.EnumerateDirectories(Repository.In(Source)).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj")).Order()!);

    [Fact]
    public void Methods_fit_on_a_screen() =>
        Assert.All(Repository.SourceFiles(Source), file => Assert.All(SourceMembers.Of(file), member => Assert.True(member.Lines <= 60, $"{file}: {member}")));

    [Fact]
    public void Files_are_short() => Assert.All(Repository.SourceFiles(Source), file => Assert.InRange(File.ReadLines(file).Count(), 1, 260));

    [Fact]
    public void Constructors_take_few_arguments() => Assert.All(
        Types().Where(type => type.GetMethod("<Clone>$") is null && !typeof(Delegate).IsAssignableFrom(type)),
        type => Assert.All(type.GetConstructors(), constructor => Assert.True(constructor.GetParameters().Length <= 5, $"{type}")));

    [Fact]
    public void No_static_field_can_change() => Assert.DoesNotContain(
        Types().SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)),
        field => !field.IsInitOnly && !field.IsLiteral && !field.Name.StartsWith('<'));

    private static IEnumerable<Type> Types() => typeof(KubectlException).Assembly.GetTypes()
        .Where(type => type.FullName!.StartsWith("Crik.Kubectl", StringComparison.Ordinal) && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false));

    [GeneratedRegex(@"^using Crik\.Kubectl\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingLine();
}
