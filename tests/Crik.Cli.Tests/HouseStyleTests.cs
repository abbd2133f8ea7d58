using System.Reflection;
using System.Runtime.CompilerServices;
using Crik.Testing.Architecture;
using Xunit.Abstractions;

namespace Crik.Tests;

/// <summary>
/// Checks the sizes that the house style asks for. Where the code does not reach a target yet, the ceiling is today's
/// number.
/// A ceiling may only be lowered.
/// </summary>
public sealed class HouseStyleTests(ITestOutputHelper output)
{
    private const string Source = "src/Crik.Cli";
    private const int LinesOfAMethod = 60;
    private const int LinesOfAFile = 400;
    private const int LinesOfAFileToLookAt = 200;
    private const int ConstructorArguments = 5;

    /// <summary>The files with a method that is longer than the target, and how long it may be.</summary>
    private static readonly Dictionary<string, int> s_longMethods = [];

    private static readonly Dictionary<string, int> s_longFiles = [];

    private static readonly Dictionary<string, int> s_manyArguments = [];

    /// <summary>The static fields that may change, each with the reason.</summary>
    private static readonly Dictionary<string, string> s_mutableStatics = new()
    {
        ["Crik.Diagnostics.Log.s_format"] = "a process has one log",
        ["Crik.Diagnostics.Log.s_logger"] = "a process has one log",
        ["Crik.Diagnostics.Log.s_lowest"] = "a process has one log",
    };

    [Fact]
    public void Methods_fit_on_a_screen() => AssertBelow(LinesOfAMethod, s_longMethods, LongestMethods(), "lines in its longest method");

    [Fact]
    public void Files_are_short()
    {
        Dictionary<string, int> files = Repository.SourceFiles(Source).ToDictionary(file => Path.GetRelativePath(Repository.Root, file), file => File.ReadLines(file).Count());
        foreach ((string file, int lines) in files.Where(file => file.Value > LinesOfAFileToLookAt).OrderByDescending(file => file.Value))
        {
            output.WriteLine($"{file} has {lines} lines. Could it be split?");
        }

        AssertBelow(LinesOfAFile, s_longFiles, files, "lines");
    }

    /// <summary>Records are left out, because their constructor lists the fields of a value.</summary>
    [Fact]
    public void Constructors_take_few_arguments() => AssertBelow(ConstructorArguments, s_manyArguments, MostArguments(), "arguments of a constructor");

    [Fact]
    public void No_static_field_can_change()
    {
        IEnumerable<string> mutable = Types().SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => !field.IsInitOnly && !field.IsLiteral && !field.Name.StartsWith("<>", StringComparison.Ordinal))
            .Select(field => $"{field.DeclaringType!.FullName}.{field.Name}");

        Assert.Equal(s_mutableStatics.Keys.Order(StringComparer.Ordinal), mutable.Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// Also fails for an exception that is not needed any more, so that the exceptions disappear with their reasons.
    /// </summary>
    private static void AssertBelow(int target, Dictionary<string, int> exceptions, Dictionary<string, int> found, string what)
    {
        IEnumerable<string> tooLarge = found.Where(item => item.Value > exceptions.GetValueOrDefault(item.Key, target))
            .Select(item => $"{item.Key} has {item.Value} {what}. It may have {exceptions.GetValueOrDefault(item.Key, target)}.");
        IEnumerable<string> notNeeded = exceptions.Keys.Where(name => found.GetValueOrDefault(name) <= target)
            .Select(name => $"{name} meets the target of {target} {what}. Remove it from the exceptions in {nameof(HouseStyleTests)}.");
        string[] problems = [.. tooLarge, .. notNeeded];

        Assert.True(problems.Length == 0, string.Join('\n', problems));
    }

    private static Dictionary<string, int> LongestMethods() => Repository.SourceFiles(Source).ToDictionary(
        file => Path.GetRelativePath(Repository.Root, file),
        file => SourceMembers.Of(file).Select(member => member.Lines).DefaultIfEmpty().Max());

    private static Dictionary<string, int> MostArguments() => Types()
        .Where(type => type.GetMethod("<Clone>$") is null && !type.IsValueType && !typeof(Delegate).IsAssignableFrom(type))
        .ToDictionary(
            type => type.FullName!,
            type => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Select(constructor => constructor.GetParameters().Length).DefaultIfEmpty().Max());

    /// <summary>The types that people wrote.</summary>
    private static IEnumerable<Type> Types() => typeof(CrikVersion).Assembly.GetTypes()
        .Where(type => type.FullName!.StartsWith("Crik.", StringComparison.Ordinal) && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false));
}
