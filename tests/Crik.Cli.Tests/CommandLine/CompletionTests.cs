using Crik.CommandLine;

namespace Crik.Tests.CommandLine;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("", "words", "run", "completion")]
    [InlineData("-", "words", "--debug", "--help")]
    [InlineData("--debug ", "words", "run")]
    [InlineData("status -", "words", "--output", "--help")]
    [InlineData("status ", "words", "--output")]
    [InlineData("checkpoint ", "words", "--leave-running")]
    [InlineData("check --output ", "words", "table", "json", "yaml")]
    [InlineData("inspect -o ", "words", "tree")]
    [InlineData("status -o ", "words", "prometheus")]
    [InlineData("completion ", "words", "bash", "zsh", "fish")]
    [InlineData("help ", "words", "run", "completion", "help")]
    [InlineData("help -", "words", "--help")]
    [InlineData("inspect ", "directories")]
    [InlineData("list --image-dir ", "directories")]
    [InlineData("run --config-path ", "files")]
    [InlineData("prune --keep ", "nothing")]
    [InlineData("rollback ", "nothing")]
    [InlineData("run -", "words", "--image-dir", "--config-path", "--log-format")]
    [InlineData("run --log-format ", "words", "text", "json", "cloud")]
    [InlineData("run ", "program 2")]
    [InlineData("run --image-dir /x ", "program 4")]
    [InlineData("run -- ", "program 3")]
    [InlineData("run -- app -", "program 3")]
    [InlineData("--debug run app --image-dir ", "program 3")]
    public void Completion_offers_the_words_that_can_follow(string line, string kind, params string[] among)
    {
        string[] answer = Completion.Answer(line.Split(' ')).TrimEnd('\n').Split('\n');

        Assert.Equal(kind, answer[0]);
        Assert.All(among, word => Assert.Contains(word, answer[1..].Select(found => found.Split(':')[0])));
    }

    [Fact]
    public void Completion_offers_no_option_of_another_command() =>
        Assert.DoesNotContain("--image-dir", Completion.Answer(["status", "-"]), StringComparison.Ordinal);

    [Theory]
    [InlineData("roll", "rollback")]
    [InlineData("status --out", "--output")]
    [InlineData("check --output j", "json")]
    [InlineData("run --config-path /etc/passw", "/etc/passwd /etc/passwd-")]
    [InlineData("list --image-dir /et", "/etc")]
    [InlineData("run -- app /etc/passw", "/etc/passwd /etc/passwd-")]
    [InlineData("run bas", "bash")]
    public void Bash_completes_with_the_printed_script(string line, string expected)
    {
        string[] words = ["crik", .. line.Split(' ')];
        string answer = Completion.Answer(words.AsSpan(1));
        string script = $"""
            crik() {'{'} printf '%s' '{answer.Replace("'", "'\\''", StringComparison.Ordinal)}'; {'}'}
            {Assert.IsType<PrintRequest>(CommandLineParser.Parse(["completion", "bash"])).Text}
            COMP_WORDS=({string.Join(' ', words)}) COMP_CWORD={words.Length - 1}
            _crik 2>/dev/null
            echo "${'{'}COMPREPLY[*]{'}'}"
            """;
        string completed = Command.Output("bash", "-c", script).Trim();

        Assert.All(expected.Split(' '), word => Assert.Contains(word, completed.Split(' ')));
        Assert.NotEmpty(completed);
    }
}
