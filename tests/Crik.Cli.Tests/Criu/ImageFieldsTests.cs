using System.Text.RegularExpressions;

namespace Crik.Tests.Criu;

public sealed partial class ImageFieldsTests
{
    private static IEnumerable<string> Sources => Repository.SourceFiles("src/Crik.Cli");

    [Fact]
    public void Only_the_folder_of_criu_reads_and_writes_its_messages() =>
        Assert.DoesNotContain(Sources, file => !file.Contains("/Criu/", StringComparison.Ordinal) && MentionsMessages().IsMatch(File.ReadAllText(file)));

    [Fact]
    public void Every_field_of_a_message_has_a_name()
    {
        foreach (string file in Sources)
        {
            Assert.Empty(FieldByNumber().Matches(NamedByProperty().Replace(File.ReadAllText(file), "")).Select(match => $"{file}: {match.Value}"));
        }
    }

    [GeneratedRegex(@"\bProto(Reader|Writer)\b")]
    private static partial Regex MentionsMessages();

    /// <summary>Finds properties that consist of one field, whose name they are.</summary>
    [GeneratedRegex(@"(public|private) [\w?<>\[\]]+ \w+ (=>|\{ get; \} =)[^;]*;")]
    private static partial Regex NamedByProperty();

    /// <summary>Finds fields that are given by a digit: FindNumber(message, 3), Text(6, …), or a case over a reader's field.</summary>
    [GeneratedRegex(@"\bFind(Number|Bytes|Text)\([^;]*?, \d|\.(Number|Flag|Text|Texts|Bytes|Message)\(\d|\.Field (==|is|switch\s*\{\s*) ?\d")]
    private static partial Regex FieldByNumber();
}
