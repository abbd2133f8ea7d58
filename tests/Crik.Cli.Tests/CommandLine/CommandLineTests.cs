using Crik.CommandLine;
using Crik.Configuration;

namespace Crik.Tests.CommandLine;

public class CommandLineTests
{
    public static TheoryData<string, string, string?, string?, string?, bool> RunLines => new()
    {
        { "run -- app", "app", null, null, null, false },
        { "run app", "app", null, null, null, false },
        { "run app --debug --help -- x", "app --debug --help -- x", null, null, null, false },
        { "run -- --odd -h", "--odd -h", null, null, null, false },
        { "run -- run -- app", "run -- app", null, null, null, false },
        { "run --debug app a", "app a", null, null, null, true },
        { "--debug run -- app", "app", null, null, null, true },
        { "--debug run --debug app", "app", null, null, null, true },
        { "run --image-dir /i app --image-dir /j", "app --image-dir /j", null, "/i", null, false },
        { "run --image-dir=/i --log-format=json --config-path /c -- app", "app", "/c", "/i", "json", false },
        { "run --config-path @c -- app", "app", "@c", null, null, false },
        { "run --image-dir /i run", "run", null, "/i", null, false },
        { "run --debug -- @app -x=y", "@app -x=y", null, null, null, true },
        { "run -", "-", null, null, null, false },
    };

    [Theory]
    [MemberData(nameof(RunLines))]
    public void The_run_command_is_parsed(string line, string command, string? configPath, string? imageDir, string? logFormat, bool debug)
    {
        RunRequest request = Assert.IsType<RunRequest>(CommandLineParser.Parse(line.Split(' ')));

        Assert.Equal(command.Split(' '), request.Command);
        Assert.Equal(new CommandLineOverrides { ConfigPath = configPath, ImageDir = imageDir, LogFormat = logFormat, Debug = debug }, request.Overrides);
    }

    [Fact]
    public void Empty_arguments_and_arguments_with_spaces_reach_the_command() =>
        Assert.Equal(["app", "", "a b"], Assert.IsType<RunRequest>(CommandLineParser.Parse(["run", "--", "app", "", "a b"])).Command);

    [Theory]
    [InlineData("run", "no command to run", "crik run")]
    [InlineData("run --", "no command to run", "crik run")]
    [InlineData("run --debug", "no command to run", "crik run")]
    [InlineData("run --imagedir /x -- app", "unknown option '--imagedir' (did you mean '--image-dir'?)", "crik run")]
    [InlineData("run --imagedir=/x -- app", "unknown option '--imagedir' (did you mean '--image-dir'?)", "crik run")]
    [InlineData("run -x -- app", "unknown option '-x'", "crik run")]
    [InlineData("run --image-dir -- app", "crik: --image-dir needs a value", "crik run")]
    [InlineData("run --image-dir --debug -- app", "--image-dir needs a value", "crik run")]
    [InlineData("run --image-dir --help", "--image-dir needs a value", "crik run")]
    [InlineData("run --image-dir /a --image-dir /b -- app", "crik: --image-dir is there more than once", "crik run")]
    [InlineData("--image-dir /a run -- app", "--image-dir belongs behind 'run'", "crik run")]
    [InlineData("rum -- app", "unknown subcommand 'rum' (did you mean 'run'?)", "crik")]
    [InlineData("-- app", "no subcommand given", "crik")]
    [InlineData("--debug", "no subcommand given", "crik")]
    [InlineData("completion", "no shell given", "crik completion")]
    [InlineData("completion tcsh", "unknown shell 'tcsh'", "crik completion")]
    [InlineData("completion bash zsh", "unexpected word 'zsh'", "crik completion")]
    [InlineData("lst", "unknown subcommand 'lst' (did you mean 'list'?)", "crik")]
    [InlineData("check -o tree", "unknown output 'tree': table, json or yaml", "crik check")]
    [InlineData("list -o prometheus", "unknown output 'prometheus': table, json or yaml", "crik list")]
    [InlineData("check -o prometheus", "unknown output 'prometheus': table, json or yaml", "crik check")]
    [InlineData("status -o tree", "unknown output 'tree': table, json, yaml or prometheus", "crik status")]
    [InlineData("list --output tree", "unknown output 'tree': table, json or yaml", "crik list")]
    [InlineData("list all", "unexpected word 'all'", "crik list")]
    [InlineData("list --log-format json", "--log-format belongs behind 'run'", "crik list")]
    [InlineData("list --output --debug", "--output needs a value", "crik list")]
    [InlineData("inspect --output xml", "unknown output 'xml': table, tree, json or yaml", "crik inspect")]
    [InlineData("--output json check", "--output belongs behind 'check': crik check --output …", "crik check")]
    [InlineData("inspect --outptu json", "unknown option '--outptu' (did you mean '--output'?)", "crik inspect")]
    [InlineData("inspect --log-format", "--log-format belongs behind 'run'", "crik inspect")]
    [InlineData("inspect 1 2", "unexpected word '2'", "crik inspect")]
    [InlineData("inspect ", "the word after 'inspect' is empty", "crik inspect")]
    [InlineData("help rum", "unknown subcommand 'rum' (did you mean 'run'?)", "crik help")]
    [InlineData("help list 2", "unexpected word '2'", "crik help")]
    [InlineData("version 2", "unexpected word '2'", "crik version")]
    [InlineData("status --ready -o json", "--ready prints nothing: leave out --output", "crik status")]
    [InlineData("prune --keep 0", "--keep must be between 1 and 1000, not '0'", "crik prune")]
    [InlineData("prune --keep 1001", "--keep must be between 1 and 1000", "crik prune")]
    [InlineData("prune --keep two", "--keep must be between 1 and 1000", "crik prune")]
    [InlineData("list --slot one", "--slot must be between 0 and 999, not 'one'", "crik list")]
    [InlineData("rollback 2 --slot 1000", "--slot must be between 0 and 999, not '1000'", "crik rollback")]
    [InlineData("rollback --slot 2", "no checkpoint given", "crik rollback")]
    [InlineData("rollback", "no checkpoint given", "crik rollback")]
    [InlineData("rollback 0", "'0' is no checkpoint's number", "crik rollback")]
    [InlineData("install", "no directory given", "crik install")]
    [InlineData("install /a /b", "unexpected word '/b'", "crik install")]
    [InlineData("rollback latest", "'latest' is no checkpoint's number", "crik rollback")]
    public void A_usage_error_exits_64_with_a_hint(string line, string expected, string help)
    {
        PrintRequest request = Assert.IsType<PrintRequest>(CommandLineParser.Parse(line.Split(' ')));

        Assert.Equal((FailureKind.Usage, true), (request.Failure, request.IsProblem));
        Assert.StartsWith("crik: ", request.Text, StringComparison.Ordinal);
        Assert.Contains(expected, request.Text, StringComparison.Ordinal);
        Assert.EndsWith($"\nTry '{help} --help' for more information.\n", request.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_other_commands_are_parsed()
    {
        CommandLineOverrides none = new();
        CommandLineOverrides there = new() { ImageDir = "/i", ConfigPath = "/c", Debug = true };

        Assert.Equal(new CheckRequest(there, OutputForm.Json), CommandLineParser.Parse(["check", "--image-dir=/i", "--config-path=/c", "--debug", "-o", "json"]));
        Assert.Equal(new ListRequest(none, OutputForm.Table), CommandLineParser.Parse(["list"]));
        Assert.Equal(new ListRequest(there, OutputForm.Json), CommandLineParser.Parse(["list", "--image-dir", "/i", "--config-path=/c", "--debug", "--output", "json"]));
        Assert.Equal(new InspectRequest(none, null, OutputForm.Table), CommandLineParser.Parse(["inspect"]));
        Assert.Equal(new InspectRequest(none, "/dir", OutputForm.Tree), CommandLineParser.Parse(["inspect", "/dir", "-o", "tree"]));
        Assert.Equal(new PruneRequest(none, null, DryRun: false), CommandLineParser.Parse(["prune"]));
        Assert.Equal(new PruneRequest(none, 3, DryRun: true), CommandLineParser.Parse(["prune", "--dry-run", "--keep", "3"]));
        Assert.Equal(new ListRequest(none, OutputForm.Yaml), CommandLineParser.Parse(["list", "-o", "yaml"]));
        Assert.Equal(new StatusRequest(OutputForm.Yaml), CommandLineParser.Parse(["status", "--output=yaml"]));
        Assert.Equal(new StatusRequest(OutputForm.Prometheus), CommandLineParser.Parse(["status", "-o", "prometheus"]));
        Assert.Equal(new ReadyRequest(), CommandLineParser.Parse(["status", "--ready"]));
        Assert.Equal(new CheckpointOrder(LeaveRunning: false), CommandLineParser.Parse(["checkpoint"]));
        Assert.Equal(new TerminationOrder(IsTakenBack: false), CommandLineParser.Parse(["checkpoint", "--at-termination"]));
        Assert.Equal(new TerminationOrder(IsTakenBack: true), CommandLineParser.Parse(["checkpoint", "--at-termination", "--undo"]));
        Assert.IsType<PrintRequest>(CommandLineParser.Parse(["checkpoint", "--undo"]));
        Assert.IsType<PrintRequest>(CommandLineParser.Parse(["checkpoint", "--at-termination", "--leave-running"]));
        Assert.Equal(new PruneRequest(there, 1000, DryRun: false), CommandLineParser.Parse(["--debug", "prune", "--keep=1000", "--image-dir=/i", "--config-path", "/c"]));
        Assert.Equal(new ListRequest(none, OutputForm.Table) { Slot = 0 }, CommandLineParser.Parse(["list", "--slot", "0"]));
        Assert.Equal(new InspectRequest(none, "3", OutputForm.Table) { Slot = 2 }, CommandLineParser.Parse(["inspect", "--slot=2", "3"]));
        Assert.Equal(new PruneRequest(none, null, DryRun: false) { Slot = 999 }, CommandLineParser.Parse(["prune", "--slot", "999"]));
        Assert.Equal(new RollbackRequest(none, 12) { Slot = 1 }, CommandLineParser.Parse(["rollback", "12", "--slot", "1"]));
        Assert.Equal(new InstallRequest("/volume"), CommandLineParser.Parse(["install", "/volume"]));
        Assert.Equal(new RollbackRequest(none, 12), CommandLineParser.Parse(["rollback", "12"]));
    }

    [Fact]
    public void An_empty_command_name_is_a_usage_error() => Assert.Equal(FailureKind.Usage, Assert.IsType<PrintRequest>(CommandLineParser.Parse(["run", "--", ""])).Failure);

    [Fact]
    public void No_argument_at_all_prints_the_help_and_is_no_success_for_a_Job_whose_entry_point_is_crik_alone()
    {
        PrintRequest request = Assert.IsType<PrintRequest>(CommandLineParser.Parse([]));

        Assert.Equal((HelpText.Root, FailureKind.Usage, false), (request.Text, request.Failure, request.IsProblem));
    }

    [Fact]
    public void The_commands_version_and_help_print_what_the_options_print()
    {
        Assert.Equal(CommandLineParser.Parse(["--version"]), CommandLineParser.Parse(["version"]));
        Assert.Equal(CommandLineParser.Parse(["--help"]), CommandLineParser.Parse(["help"]));
        Assert.All(CommandTable.All, command => Assert.Equal(CommandLineParser.Parse([command.Name, "--help"]), CommandLineParser.Parse(["help", command.Name])));
    }

    [Theory]
    [InlineData("--help", "\n  completion   print a completion script")]
    [InlineData("-h", "ENTRYPOINT")]
    [InlineData("run --help", "crik run -- python train.py")]
    [InlineData("run -h", "[imageDir, CRIK_IMAGE_DIR]")]
    [InlineData("run --help -- app", "Exit codes:")]
    [InlineData("--debug run --image-dir /x --help", "Settings:")]
    [InlineData("--help run", "Settings:")]
    [InlineData("check --help", "only if a checkpoint can work")]
    [InlineData("list --help", "--output table|json|yaml")]
    [InlineData("checkpoint --help", "The program ends with the checkpoint")]
    [InlineData("inspect --help", "crik inspect [GENERATION|DIR]")]
    [InlineData("prune -h", "[keep, CRIK_KEEP]")]
    [InlineData("status --help", "Usage: crik status [options]")]
    [InlineData("rollback --help", "Newer ones stay")]
    [InlineData("completion --help", "source <(crik completion bash)")]
    [InlineData("--version", "crik 0.")]
    [InlineData("run --version", "crik 0.")]
    [InlineData("completion bash", "complete -o filenames -F _crik crik")]
    [InlineData("completion zsh", "#compdef crik")]
    [InlineData("completion fish", "complete -c crik")]
    [InlineData("version", "crik 0.")]
    [InlineData("help", "Usage: crik COMMAND")]
    [InlineData("help run", "Settings:")]
    [InlineData("help --help", "Usage: crik help [COMMAND]")]
    [InlineData("list --help", "-o, --output")]
    [InlineData("__complete ru", "run:run a command")]
    public void Requested_help_versions_and_scripts_are_printed_without_a_failure(string line, string expected)
    {
        PrintRequest request = Assert.IsType<PrintRequest>(CommandLineParser.Parse(line.Split(' ')));

        Assert.Equal((null, false), (request.Failure, request.IsProblem));
        Assert.Contains(expected, request.Text, StringComparison.Ordinal);
        Assert.EndsWith("\n", request.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_help_of_a_command_has_the_options_that_it_takes_and_no_other()
    {
        foreach (CommandSpec command in CommandTable.All)
        {
            string help = Assert.IsType<PrintRequest>(CommandLineParser.Parse([command.Name, "--help"])).Text;
            string offered = Completion.Answer([command.Name, "-"]);
            foreach (CommandOption option in CommandTable.All.SelectMany(known => known.Options).Concat(CommandTable.Common))
            {
                bool takes = command.Options.Concat(CommandTable.Common).Any(own => own.Name == option.Name);
                string[] line = option.Value is null ? [command.Name, option.Name] : [command.Name, option.Name, "1"];
                string said = (CommandLineParser.Parse(line) as PrintRequest)?.Text ?? "";

                Assert.Equal((command.Name, option.Name, takes), (command.Name, option.Name, help.Contains($"{option.Name} ", StringComparison.Ordinal) || help.Contains($"{option.Name}\n", StringComparison.Ordinal)));
                Assert.Equal((command.Name, option.Name, takes), (command.Name, option.Name, offered.Contains($"\n{option.Name}:", StringComparison.Ordinal)));
                Assert.Equal((command.Name, option.Name, takes), (command.Name, option.Name, !said.Contains("unknown option", StringComparison.Ordinal) && !said.Contains("belongs behind", StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public void The_help_of_run_names_every_key_with_its_variable_and_default()
    {
        string help = Assert.IsType<PrintRequest>(CommandLineParser.Parse(["run", "--help"])).Text;

        Assert.All(OptionKeys.All, key =>
        {
            Assert.Contains($"\n  {key.Name}, {key.EnvironmentName}", help, StringComparison.Ordinal);
            Assert.Contains(key.Description, help, StringComparison.Ordinal);
        });
    }
}
