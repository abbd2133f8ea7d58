using System.Text.Json;
using System.Text.RegularExpressions;
using Crik.Configuration;
using Crik.Json;
using Crik.Linux;
using Crik.Store;

namespace Crik.Tests;

/// <summary>Tests that a user reads crik's own sentences about a file, and none of .NET.</summary>
public sealed partial class FaultsTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    public static TheoryData<string, string> Faulty => new()
    {
        { "none", "…/none: No such file or directory" },
        { "none/below", "…/none/below: No such file or directory" },
        { "it's gone", "…/it's gone: No such file or directory" },
        { "directory", "…/directory: Permission denied" },
        { new string('x', 300), $"…/{new string('x', 300)}: File name too long" },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void A_fault_of_a_file_names_the_file_in_one_phrase(string name, string expected)
    {
        Directory.CreateDirectory(_temp.In("directory"));
        string path = Path.Combine(_temp.Path, name);
        string reason = expected.Replace("…", _temp.Path, StringComparison.Ordinal);

        Exception raw = Assert.ThrowsAny<Exception>(() => File.ReadAllBytes(path));
        Exception fault = Faults.Of(() => File.ReadAllBytes(path))!;

        Assert.Equal(reason, Faults.Reason(raw));
        Assert.Equal((reason, raw.GetType()), (fault.Message, fault.InnerException!.GetType()));
    }

    [Fact]
    public void A_fault_of_a_volume_is_still_known_as_one()
    {
        Exception fault = Faults.Of(() => throw new IOException("it ended", new LinuxException("cannot read /x", Errno.EIO)))!;

        Assert.True(VolumeTrouble.Caused(fault));
        Assert.Equal("cannot read /x: Input/output error", Faults.Reason(fault.InnerException!));
    }

    [Fact]
    public void Other_faults_of_dotNET_have_words_of_crik()
    {
        Assert.Equal("the file ends too early", Faults.Reason(Assert.Throws<EndOfStreamException>(() => new BinaryReader(new MemoryStream()).ReadInt32())));
        Assert.Equal("a number in it is too large", Faults.Reason(Assert.Throws<OverflowException>(() => checked((byte)int.Parse("300", null)))));
        Assert.Equal("it took too long and was given up", Faults.Reason(Assert.Throws<OperationCanceledException>(() => new CancellationToken(true).ThrowIfCancellationRequested())));
        Assert.Contains("pids.max", Faults.Reason(Activator.CreateInstance<OutOfMemoryException>()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{x", "it is no JSON from line 1, byte 2 on")]
    [InlineData("{\n  \"a\": 1,\n", "it is no JSON from line 3, byte 1 on")]
    [InlineData("", "it is no JSON from line 1, byte 1 on")]
    [InlineData("{}", "'a' is missing")]
    [InlineData("{\"a\": 1}", "'a' is no text")]
    [InlineData("{\"a\": \"\\ud800\"}", "it holds text that is no UTF-8")]
    public void A_damaged_JSON_file_is_described_by_the_place_of_the_damage(string json, string expected)
    {
        JsonException exception = Assert.Throws<JsonException>(
            () => JsonFields.Read<string>(System.Text.Encoding.UTF8.GetBytes(json), (fields, _) => fields.Field("a", JsonKinds.Text)));

        Assert.Equal(expected, exception.Message);
    }

    [Fact]
    public void A_damaged_manifest_and_an_unreadable_image_directory_are_described_without_a_sentence_of_dotNET()
    {
        Directory.CreateDirectory(_temp.In("checkpoints", "1"));
        File.WriteAllText(_temp.In("checkpoints", "1", "manifest.json"), "{x");

        StoredCheckpoint damaged = Assert.Single(CheckpointCatalog.Read(_temp.Path));
        CheckpointException missing = Assert.Throws<CheckpointException>(() => CheckpointCatalog.Read("/nowhere/at/all"));

        Assert.Equal($"{_temp.In("checkpoints", "1", "manifest.json")} cannot be trusted: it is no JSON from line 1, byte 2 on", damaged.Problem);
        Assert.Equal("imageDir /nowhere/at/all cannot be read: /nowhere/at/all: No such file or directory", missing.Message);
    }

    [Fact]
    public void A_configuration_that_the_disk_does_not_give_is_named()
    {
        List<string> problems = [];

        Assert.Null(ConfigurationText.Read("/proc/self/mem", isRequired: true, problems.Add)); // nothing is mapped at its beginning

        Assert.Equal("/proc/self/mem: cannot be read: /proc/self/mem: Input/output error", Assert.Single(problems));
    }

    /// <summary>A message of .NET goes through <see cref="Faults.Reason"/>. Exceptions of crik's own may be shown as they are.</summary>
    [Fact]
    public void No_source_shows_the_message_of_a_caught_exception_of_dotNET()
    {
        List<string> shown = [];
        int looked = 0;
        foreach (string file in Repository.SourceFiles("src/Crik.Cli").Where(file => Path.GetFileName(file) != "Faults.cs"))
        {
            foreach (Match clause in Catch().Matches(File.ReadAllText(file)))
            {
                looked++;
                if (OfDotNet().IsMatch(clause.Groups["what"].Value) && clause.Groups["body"].Value.Contains("exception.Message", StringComparison.Ordinal))
                {
                    shown.Add($"{Path.GetRelativePath(Repository.Root, file)}: {clause.Groups["what"].Value}");
                }
            }
        }

        Assert.InRange(looked, 30, 500);
        Assert.Empty(shown);
    }

    [GeneratedRegex(@"\n(?<indent> *)catch \((?<what>.*)\n(?:#pragma.*\n)?\k<indent>\{(?<body>(?:.|\n)*?)\n\k<indent>\}")]
    private static partial Regex Catch();

    [GeneratedRegex(@"^Exception exception\)$|\b(?:IO|UnauthorizedAccess|Argument|NotSupported|Overflow|OutOfMemory|InvalidOperation|KeyNotFound|Format|Socket|OperationCanceled)Exception\b")]
    private static partial Regex OfDotNet();
}
