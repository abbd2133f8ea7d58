using System.Text;
using Crik.Configuration;
using Crik.Contracts;

namespace Crik.Tests.Configuration;

public sealed class CrikOptionsFileTests : IDisposable
{
    private readonly ConfigurationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("---\n")]
    [InlineData("{}")]
    [InlineData("\uFEFF")]
    public void An_empty_file_means_the_defaults(string yaml) => Assert.Equal(new CrikOptions(), _fixture.Load(yaml));

    [Fact]
    public void Every_key_can_be_set()
    {
        CrikOptions options = _fixture.Load("""
            imageDir: /images//./b/
            imageDirSlots: 3
            nodeStateServerURL: http://server:9376
            nodeStateSource: none
            nodeStateTimeout: 3s
            whenNodeStateUnknown: forward
            checkpointOn: [gone, ready]
            nodeStateTokenFile: /token
            nodeStateServerCAFile: /ca
            onNodeWarning: echo a b
            checkpointOnWarning: true
            checkpointInterval: 10m
            checkpointSignal: USR2
            hooks:
              beforeCheckpoint: echo before
              afterCheckpoint: echo after
              afterRestore: echo restored
            whenHookFails: giveUp
            restoredSignal: SIGUSR1
            restoredFile: /tmp/restored
            whenClockJumps: fail
            hookTimeout: 1m
            additionalPaths: [/var/cache/, /srv]
            inotifyIncompatiblePaths:
              - /etc/app
            keep: 7
            gracePeriod: 2m
            preStopTime: 5s
            nodeShutdownGracePeriod: 15s
            checkpointExitCode: 0
            ghostLimit: 1Gi
            lockTimeout: 0s
            restoreMode: always
            restoreAttempts: 3
            whenRestoreFails: startFresh
            whenIncompatible: tryAnyway
            whenCrashed: startFresh
            whenVolumeFilesChanged: fail
            whenProgramChanged: restore
            maxAge: 24h
            lazyPages: auto
            compression: lz4
            checksumPages: true
            criuPath: /opt/criu
            logFormat: json
            logLevel: warning
            """);

        Assert.Equal(["/var/cache", "/srv"], options.AdditionalPaths);
        Assert.Equal(["/etc/app"], options.InotifyIncompatiblePaths);
        Assert.Equal([NodeState.Gone, NodeState.Ready], options.CheckpointOn);
        CrikOptions expected = new()
        {
            ImageDir = "/images/b",
            ImageDirSlots = 3,
            NodeStateServerUrl = new Uri("http://server:9376"),
            NodeStateSource = NodeStateSource.None,
            NodeStateTimeout = TimeSpan.FromSeconds(3),
            WhenNodeStateUnknown = WhenNodeStateUnknown.Forward,
            CheckpointOn = options.CheckpointOn,
            CheckpointOnDisruption = false,
            NodeStateTokenFile = "/token",
            NodeStateServerCaFile = "/ca",
            OnNodeWarning = "echo a b",
            CheckpointOnWarning = true,
            CheckpointInterval = TimeSpan.FromMinutes(10),
            CheckpointSignal = 12,
            BeforeCheckpoint = "echo before",
            AfterCheckpoint = "echo after",
            AfterRestore = "echo restored",
            WhenHookFails = WhenHookFails.GiveUp,
            RestoredSignal = 10,
            RestoredFile = "/tmp/restored",
            WhenClockJumps = WhenClockJumps.Fail,
            HookTimeout = TimeSpan.FromMinutes(1),
            AdditionalPaths = options.AdditionalPaths,
            InotifyIncompatiblePaths = options.InotifyIncompatiblePaths,
            Keep = 7,
            GracePeriod = TimeSpan.FromMinutes(2),
            PreStopTime = TimeSpan.FromSeconds(5),
            NodeShutdownGracePeriod = TimeSpan.FromSeconds(15),
            CheckpointExitCode = 0,
            GhostLimit = 1L << 30,
            LockTimeout = TimeSpan.Zero,
            RestoreMode = RestoreMode.Always,
            RestoreAttempts = 3,
            WhenRestoreFails = WhenRestoreFails.StartFresh,
            WhenIncompatible = WhenIncompatible.TryAnyway,
            WhenCrashed = WhenCrashed.StartFresh,
            WhenVolumeFilesChanged = WhenVolumeFilesChanged.Fail,
            WhenProgramChanged = WhenProgramChanged.Restore,
            MaxAge = TimeSpan.FromHours(24),
            LazyPages = LazyPages.Auto,
            Compression = Compression.Lz4,
            ChecksumPages = true,
            CriuPath = "/opt/criu",
            LogFormat = LogFormat.Json,
            LogLevel = LogLevel.Warning,
        };
        Assert.Equal(expected, options);
    }

    [Theory]
    [InlineData("\nimagDir: /x", "2: imagDir: unknown key (did you mean 'imageDir'?)")]
    [InlineData("colour: red", "1: colour: unknown key")]
    [InlineData("keep: 2\nkeep: 3", "2: keep: is already set in line 1")]
    [InlineData("keep: [2]", "1: keep: must be a single value, not a list or a mapping")]
    [InlineData("keep: {a: b}", "1: keep: must be a single value, not a list or a mapping")]
    [InlineData("additionalPaths: /x", "1: additionalPaths: must be a list, one '- /path' a line")]
    [InlineData("additionalPaths: [[/x]]", "1: additionalPaths: must be a list of paths")]
    [InlineData("additionalPaths: [x]", "1: additionalPaths: must be an absolute path, not 'x'")]
    [InlineData("additionalPaths: ['']", "1: additionalPaths: must not be empty")]
    [InlineData("imageDir: /x\nadditionalPaths: [/x/y]", "2: additionalPaths: '/x/y' must not be inside imageDir ('/x') nor contain it")]
    [InlineData("imageDir: /x/y\nadditionalPaths: [/x/]", "2: additionalPaths: '/x' must not be inside imageDir ('/x/y') nor contain it")]
    [InlineData("imageDir: /x\nmetricsFile: /x/crik.prom", "2: metricsFile: '/x/crik.prom' must not be inside '/x', which is part of checkpoints or holds them")]
    [InlineData("metricsFile: /x/y\nadditionalPaths: [/x]", "1: metricsFile: '/x/y' must not be inside '/x', which is part of checkpoints or holds them")]
    [InlineData("imageDir: /x/y\nadditionalPaths: [/]", "2: additionalPaths: '/' must not be inside imageDir ('/x/y') nor contain it")]
    [InlineData("imageDir:", "1: imageDir: has no value; leave the line out for the default")]
    [InlineData("imageDir: ~", "1: imageDir: has no value; leave the line out for the default")]
    [InlineData("additionalPaths: null", "1: additionalPaths: has no value; leave the line out for the default")]
    [InlineData("imageDir: ''", "1: imageDir: must not be empty; leave it out for the default")]
    [InlineData("imageDir: x", "1: imageDir: must be an absolute path, not 'x'")]
    [InlineData("imageDir: /x/y\nadditionalPaths: [/x, /x/]", "2: additionalPaths: '/x' is in the list more than once", "2: additionalPaths: '/x' must not be inside imageDir ('/x/y') nor contain it")]
    [InlineData("additionalPaths: [/x, /y, /x/, //x]", "1: additionalPaths: '/x' is in the list more than once")]
    [InlineData("inotifyIncompatiblePaths: [/x, /x]", "1: inotifyIncompatiblePaths: '/x' is in the list more than once")]
    [InlineData("additionalPaths: [/x/../y]", "1: additionalPaths: must not contain '..': '/x/../y'")]
    [InlineData("inotifyIncompatiblePaths: [/x/..]", "1: inotifyIncompatiblePaths: must not contain '..': '/x/..'")]
    [InlineData("imageDir: /x/../y", "1: imageDir: must not contain '..': '/x/../y'")]
    [InlineData("imageDir: /./", "1: imageDir: must be a directory of its own, not '/'")]
    [InlineData("criuPath: \"a\\0b\"", "1: criuPath: must be an absolute path or a name to look up in PATH, not 'a?b'")]
    [InlineData("nodeStateServerURL: ftp://x", "1: nodeStateServerURL: must be an http or https address, not 'ftp://x'")]
    [InlineData("nodeStateServerURL: /x", "1: nodeStateServerURL: must be an http or https address, not '/x'")]
    [InlineData("nodeStateServerURL: server", "1: nodeStateServerURL: must be an http or https address, not 'server'")]
    [InlineData("nodeStateServerURL: http://me:secret@x", "1: nodeStateServerURL: must be nothing but http[s]://HOST[:PORT][/PATH], not 'http://me:secret@x'")]
    [InlineData("nodeStateSource: server", "1: nodeStateSource: is server, and nodeStateServerURL is not set")]
    [InlineData("nodeStateSource: aws", "1: nodeStateSource: must be auto or server or ec2 or gce or azure or none, not 'aws'")]
    [InlineData("imageDir: /x\nnodeStateServerURL: http://x", "2: nodeStateServerURL: needs the node's name; add to the container: env: [{name: KUBERNETES_NODE_NAME, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]")]
    [InlineData("checkpointOn: gone", "1: checkpointOn: must be a list, one '- ready' a line")]
    [InlineData("checkpointOn: [unknown]", "1: checkpointOn: must be ready or cordoned or shutting-down or gone or disrupted, not 'unknown'")]
    [InlineData("checkpointOn: [gone, gone]", "1: checkpointOn: 'gone' is in the list more than once")]
    [InlineData("checkpointOn: [[gone]]", "1: checkpointOn: must be a list of ready or cordoned or shutting-down or gone or disrupted")]
    [InlineData("nodeStateTokenFile: token", "1: nodeStateTokenFile: must be an absolute path, not 'token'")]
    [InlineData("checkpointInterval: 10ms", "1: checkpointInterval: must be at least 1s, or 0s for none")]
    [InlineData("checkpointSignal: SIGNAL", "1: checkpointSignal: must be the name of a signal such as SIGUSR1, not 'SIGNAL'")]
    [InlineData("checkpointSignal: TERM", "1: checkpointSignal: cannot be SIGTERM")]
    [InlineData("hooks: echo", "1: hooks: unknown key")]
    [InlineData("hooks:\n  beforeCheckpont: x", "2: hooks.beforeCheckpont: unknown key (did you mean 'hooks.beforeCheckpoint'?)")]
    [InlineData("hooks:\n  afterRestore: [x]", "2: hooks.afterRestore: must be a single value, not a list or a mapping")]
    [InlineData("hooks: {afterRestore: x}\nhooks.afterRestore: y", "2: hooks.afterRestore: is already set in line 1")]
    [InlineData("restoredFile: x", "1: restoredFile: must be an absolute path, not 'x'")]
    [InlineData("hookTimeout: 10ms", "1: hookTimeout: must be at least 1s")]
    [InlineData("keep: 0", "1: keep: must be between 1 and 1000, not 0")]
    [InlineData("keep: 1e3", "1: keep: must be a whole number, not '1e3'")]
    [InlineData("keep: 99999999999", "1: keep: must be a whole number, not '99999999999'")]
    [InlineData("checkpointExitCode: 256", "1: checkpointExitCode: must be between 0 and 255, not 256")]
    [InlineData("ghostLimit: 4Gi", "1: ghostLimit: must be less than 4Gi, not 4294967296 bytes")]
    [InlineData("gracePeriod: 999ms", "1: gracePeriod: must be at least 1s")]
    [InlineData("gracePeriod: 30", "1: gracePeriod: needs a unit: write 30s for seconds (or ms, m, h)")]
    [InlineData("nodeShutdownGracePeriod: 15ms", "1: nodeShutdownGracePeriod: must be at least 1s, or 0s for the pod's own")]
    [InlineData("restoreMode: Once", "1: restoreMode: must be once or always, not 'Once'")]
    [InlineData("lazyPages: true", "1: lazyPages: must be auto or always or never, not 'true'")]
    [InlineData("compression: zstd", "1: compression: must be auto or none or lz4, not 'zstd'")]
    [InlineData("checksumPages: yes", "1: checksumPages: must be true or false, not 'yes'")]
    [InlineData("criuPath: bin/criu", "1: criuPath: must be an absolute path or a name to look up in PATH, not 'bin/criu'")]
    [InlineData("- a", "1: must be a mapping with one 'key: value' a line")]
    [InlineData("word", "1: must be a mapping with one 'key: value' a line")]
    [InlineData("keep: 3\n---\nkeep: 4", "2: a second document begins here; the file must be one YAML document")]
    [InlineData("keep: &a 3", "1: keep: anchors (&a) are not supported")]
    [InlineData("&a {keep: 3}", "1: anchors (&a) are not supported")]
    [InlineData("keep: *a", "1: keep: aliases (*a) are not supported")]
    [InlineData("keep: !!int 3", "1: keep: tags are not supported")]
    [InlineData("? [a]\n: b", "1: a key must be plain text")]
    [InlineData(": b", "1: a key must be plain text")]
    [InlineData("~: b\nkeep: 0", "1: a key must be plain text", "2: keep: must be between 1 and 1000, not 0")]
    [InlineData("keep: 2\n\t# a comment", "2: is indented with a tab; YAML wants spaces")]
    [InlineData("keep: 2\n\t\n", "2: is indented with a tab; YAML wants spaces")]
    [InlineData("keep: 2\n\tlogLevel: info", "2: is indented with a tab; YAML wants spaces")]
    [InlineData("additionalPaths:\n  - /x\n \t- /y\n\t- /z", "3: is indented with a tab; YAML wants spaces", "4: is indented with a tab; YAML wants spaces")]
    public void A_mistake_is_named_with_its_line(string yaml, params string[] expected) => Assert.Equal(expected, _fixture.Problems(yaml));

    [Fact]
    public void Paths_with_dots_that_lead_nowhere_else_are_accepted() =>
        Assert.Equal(["/x..y", "/...", "/z"], _fixture.Load("additionalPaths: [/x..y, /..., /./z]").AdditionalPaths);

    [Fact]
    public void A_watched_path_may_contain_imageDir_or_be_inside_it()
    {
        CrikOptions options = _fixture.Load("imageDir: /x/y\ninotifyIncompatiblePaths: [/x, /x/y/z, /]");

        Assert.Equal(["/x", "/x/y/z", "/"], options.InotifyIncompatiblePaths);
    }

    [Theory]
    [InlineData("keep: \"2")]
    [InlineData("additionalPaths: [")]
    [InlineData("keep: @x")]
    [InlineData("a: b: c")]
    public void Broken_yaml_is_a_problem_with_a_line(string yaml) => Assert.Matches("^[0-9]+: is not valid YAML: ", Assert.Single(_fixture.Problems(yaml)));

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        string[] problems = _fixture.Problems("keep: 0\nimageDir: x\nfoo: 1\nlogLevel: loud\n");

        Assert.Equal(4, problems.Length);
        Assert.Equal(["1: ", "2: ", "3: ", "4: "], problems.Select(problem => problem[..3]).Order());
    }

    [Fact]
    public void A_file_of_mistakes_does_not_flood_the_log() =>
        Assert.Equal(50, _fixture.Problems(string.Concat(Enumerable.Range(0, 5000).Select(i => $"unknown{i}: 1\n"))).Length);

    [Fact]
    public void A_long_list_of_wrong_paths_does_not_flood_the_log()
    {
        string yaml = "additionalPaths:\n" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"- x{i}\n"));

        ConfigurationException exception = Assert.Throws<ConfigurationException>(() => _fixture.Load(yaml));

        Assert.Equal(50, exception.Problems.Count);
        Assert.StartsWith("the configuration has 60000 problems:\n", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("\n  and 59950 more", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keep: ", "[")]
    [InlineData("", "[")]
    [InlineData("", "{a: ")]
    [InlineData("", "- ")]
    [InlineData("", "? ")]
    [InlineData("additionalPaths: ", "[")]
    [InlineData("unknown: ", "{a: ")]
    public async Task Deeply_nested_YAML_is_refused_at_once(string start, string repeated)
    {
        string yaml = start + string.Concat(Enumerable.Repeat(repeated, ((1 << 20) - start.Length) / repeated.Length));

        string[] problems = await Task.Run(() => _fixture.Problems(yaml)).WaitAsync(TimeSpan.FromSeconds(5));

        Assert.EndsWith("1: is nested too deeply; the file is one mapping of keys to values", problems[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keep: 2 # \t\n  \nlogLevel: info\t\n")]
    [InlineData("keep:\t2")]
    public void A_tab_that_indents_nothing_is_accepted(string yaml) => Assert.Equal(new CrikOptions(), _fixture.Load(yaml));

    [Fact]
    public void A_file_beyond_one_MiB_is_refused()
    {
        string comment = "#" + new string('x', (1 << 20) - 1);

        Assert.Equal(new CrikOptions(), _fixture.Load(comment));
        Assert.EndsWith("is larger than 1 MiB", Assert.Single(_fixture.Problems(comment + "x")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keep: 2\n# \xFF\n", "2: is not valid UTF-8")]
    [InlineData("keep: 2\n\n\0keep: 3", "3: contains a NUL byte: the file must be UTF-8 text")]
    public void A_file_that_is_not_UTF8_is_refused(string latin1, string expected)
    {
        File.WriteAllBytes(_fixture.FilePath, Encoding.Latin1.GetBytes(latin1));

        ConfigurationException exception = Assert.Throws<ConfigurationException>(() => _fixture.Load(new CommandLineOverrides()));
        Assert.Equal([$"{_fixture.FilePath}:{expected}"], exception.Problems);
    }

    [Fact]
    public void The_default_file_may_be_missing_and_a_named_one_may_not()
    {
        Assert.Equal(new CrikOptions(), _fixture.Load(new CommandLineOverrides()));
        string missing = Path.Combine(_fixture.FilePath, "none");

        foreach ((CommandLineOverrides overrides, Dictionary<string, string> environment) in new[]
                 {
                     (new CommandLineOverrides { ConfigPath = missing }, new Dictionary<string, string>()),
                     (new CommandLineOverrides(), new Dictionary<string, string> { ["CRIK_CONFIG_PATH"] = missing }),
                 })
        {
            ConfigurationException exception = Assert.Throws<ConfigurationException>(() => _fixture.Load(overrides, environment));
            Assert.Equal([$"{missing}: no such file"], exception.Problems);
        }
    }

    [Fact]
    public void The_file_may_be_behind_the_links_of_a_ConfigMap_volume()
    {
        string volume = Path.GetDirectoryName(_fixture.FilePath)!;
        Directory.CreateDirectory(Path.Combine(volume, "..2026"));
        File.WriteAllText(Path.Combine(volume, "..2026", "config.yaml"), "keep: 3\n");
        Directory.CreateSymbolicLink(Path.Combine(volume, "..data"), "..2026");
        File.CreateSymbolicLink(_fixture.FilePath, "..data/config.yaml");

        Assert.Equal(3, _fixture.Load(new CommandLineOverrides()).Keep);
    }

    [Fact]
    public void A_link_to_nowhere_is_refused_even_as_the_default_file()
    {
        File.CreateSymbolicLink(_fixture.FilePath, "..data/config.yaml");

        ConfigurationException exception = Assert.Throws<ConfigurationException>(() => _fixture.Load(new CommandLineOverrides()));

        Assert.Equal([$"{_fixture.FilePath}: is a link to '..data/config.yaml', which does not exist"], exception.Problems);
    }

    [Fact]
    public void A_directory_is_refused()
    {
        Directory.CreateDirectory(_fixture.FilePath);

        ConfigurationException exception = Assert.Throws<ConfigurationException>(() => _fixture.Load(new CommandLineOverrides()));
        Assert.Equal($"the configuration is wrong: {_fixture.FilePath}: is a directory, not a file", exception.Message);
        Assert.Equal(FailureKind.Configuration, exception.Kind);
    }

    [Fact]
    public void Nothing_but_a_configuration_exception_escapes_whatever_the_file_holds()
    {
        string seedText = File.ReadAllText(Repository.In("examples/configmap.yaml"));
        string[] pieces =
        [
            "imageDir: /x\n", "keep: 3\n", "additionalPaths:\n", "  - /y\n", "- ", ": ", "? ", "&a ", "*a", "!!str ", "!<x> ", "%YAML 1.1\n", "%TAG ! x\n",
            "---\n", "...\n", "[", "]", "{", "}", ",", "|\n", ">-\n", "'", "\"", "\\x", "\\u12", "\t", "\r", "\n", "#", "\0", "\u0085", "\u2028", "\xFF", "<<: ", "~", "@", "`",
        ];
        Random random = new(20240607);
        for (int round = 0; round < 1500; round++)
        {
            StringBuilder text = new(round % 4 == 0 ? seedText[random.Next(seedText.Length)..] : "");
            for (int i = random.Next(25); i >= 0; i--)
            {
                text.Insert(random.Next(text.Length + 1), random.Next(5) == 0 ? ((char)random.Next(256)).ToString() : pieces[random.Next(pieces.Length)]);
            }

            byte[] bytes = random.Next(2) == 0 ? Encoding.Latin1.GetBytes(text.ToString()) : Encoding.UTF8.GetBytes(text.ToString());
            File.WriteAllBytes(_fixture.FilePath, bytes);
            try
            {
                _fixture.Load(new CommandLineOverrides());
            }
            catch (ConfigurationException exception)
            {
                Assert.NotEmpty(exception.Problems);
                Assert.DoesNotContain(exception.Problems, problem => problem.Any(char.IsControl));
            }
            catch (Exception exception)
            {
                Assert.Fail($"round {round}: {exception}\n{text}");
            }
        }
    }
}
