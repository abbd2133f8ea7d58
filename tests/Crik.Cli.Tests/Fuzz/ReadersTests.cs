using System.Text;
using System.Text.Json;
using Crik.Configuration;
using Crik.Control;
using Crik.Criu;
using Crik.Criu.Images;
using Crik.Files;
using Crik.Inspection;
using Crik.Linux;
using Crik.Nodes;
using Crik.Policy;
using Crik.Restore;
using Crik.Store;
using Crik.Tests.Inspection;
using Crik.Tests.Linux;
using Crik.Tests.Store;

namespace Crik.Tests.Fuzz;

/// <summary>Gives damaged input to every reader. A reader must return a value or throw the one exception that its caller handles.</summary>
public sealed class ReadersTests : IDisposable
{
    private const int Seed = 20261121;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_damaged_manifest_is_read_or_refused()
    {
        string checkpoint = CheckpointFixture.Add(_temp, 7);
        string path = Path.Combine(checkpoint, "manifest.json");
        CheckpointManifest full = CheckpointFixture.Manifest(7, "app", [new("core-301.img", 4, 1)]) with
        {
            Stdio = [new StdioLink(1, "pipe", "pipe:[1]", [new DescriptorHolder(301, 1)], [3])],
            Watches = [new InotifyWatch(301, 4, 1, 2, "/etc")],
            Cgroups = [new CgroupDirectory("memory", "/sys/fs/cgroup", "/x")],
            Paths = ["/bin/app"],
            OwnPaths = ["/tmp/x"],
            Addresses = ["eth0 0A000005"],
            SocketFiles = [new SocketFile([7], ["/run/x", "/run/y"], 0x1B6, 0, 0)],
            Traits = new(["oom_score_adj=0"], [new([301], ["Umask=0077"])], [new([301], ["CPU affinity=01"])]),
        };
        byte[][] good = [File.ReadAllBytes(path), CheckpointJson.Write(full)];
        using TempDirectory images = new();
        SavedImages saved = new(images);

        Mutation.Run(Seed, 20_000, good, bad =>
        {
            File.WriteAllBytes(path, bad);
            Refuses<CheckpointException>(() => Use(ManifestReader.ReadAlone(checkpoint, 7), checkpoint, saved.Directory));
            Refuses<CheckpointException>(() => ManifestReader.Read(checkpoint, 7));
        });
    }

    [Fact]
    public void A_damaged_run_record_is_read_or_ignored()
    {
        RunRecord record = new()
        {
            RunId = "r",
            StartedAt = DateTimeOffset.UnixEpoch,
            HostName = "h",
            RestoredFrom = 3,
            State = 2,
            EarlyEnds = 4,
            HistoryUpTo = 2,
            Skipped = [1, 2],
            Speeds = new([5, 4], [6], 7),
            End = new RunEnd(RunEndKind.Checkpointed, DateTimeOffset.UnixEpoch, 143, 0),
        };
        string path = _temp.In("run.json");

        Mutation.Run(Seed, 20_000, [CheckpointJson.Write(record)], bad =>
        {
            File.WriteAllBytes(path, bad);
            if (RunRecordReader.Read(path) is { } read)
            {
                StateTrial.Of(read, new PodIdentity(null, "h", "b"));
                StartDecision.Decide(read, [4, 3], RestoreMode.Once, WhenCrashed.Restore);
                Rollback.To(3, read, [4, 3], DateTimeOffset.UnixEpoch);
                read.Speeds.Objection(1L << 45, compressed: false, TimeSpan.FromSeconds(30));
                read.Speeds.Objection(1L << 45, compressed: true, TimeSpan.FromSeconds(30));
                Assert.InRange(read.Speeds.Foresee(1L << 45, compressed: true), 0, 1L << 45);
            }
        });
    }

    [Fact]
    public void A_damaged_archive_is_put_back_or_refused_and_writes_nothing_outside()
    {
        string root = _temp.In("inside", "state");
        string archive = _temp.In("inside", "archive");
        string outside = _temp.In("outside");
        Directory.CreateDirectory(Path.Combine(root, "a"));
        Directory.CreateDirectory(outside);
        File.WriteAllText(Path.Combine(outside, "untouched"), "x");
        File.WriteAllText(Path.Combine(root, "a", "file"), "contents");
        File.CreateSymbolicLink(Path.Combine(root, "link"), outside);
        FileArchive.Capture([root], [], [], archive, CancellationToken.None);
        string hostile = Convert.ToBase64String(Encoding.UTF8.GetBytes(outside));
        string good = File.ReadAllText(FileArchive.IndexPath(archive));
        byte[][] all =
        [
            Encoding.UTF8.GetBytes(good),
            Encoding.UTF8.GetBytes(good.Replace(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{root}/link")), hostile, StringComparison.Ordinal)),
            Encoding.UTF8.GetBytes($"{{\"kind\":\"symlink\",\"path\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{root}/a"))}\",\"target\":\"{hostile}\"}}\n"),
            Encoding.UTF8.GetBytes($"{{\"kind\":\"link\",\"path\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{root}/b"))}\",\"target\":\"{hostile}\"}}\n"),
        ];
        ArchiveRoots roots = new([root], []);

        Mutation.Run(Seed, 5_000, all, bad =>
        {
            File.WriteAllBytes(FileArchive.IndexPath(archive), bad);
            Refuses<IOException>(() => FileArchive.Restore(archive, roots, CancellationToken.None));
            Assert.Equal(["inside", "outside"], Names(_temp.Path));
            Assert.Equal(["archive", "state"], Names(_temp.In("inside")));
            Assert.Equal(["untouched"], Names(outside));
            Assert.Equal("x", File.ReadAllText(Path.Combine(outside, "untouched")));
        });
    }

    [Fact]
    public void A_damaged_message_queue_is_read_or_refused()
    {
        MessageQueueEntry entry = new(["file[1:2]"], "name", IsRemoved: true, FileModes.OwnFile, 1, 2, new QueueSize(10, 8192), [new QueuedMessage(3, [1, 2, 3])]);

        Mutation.Run(Seed, 20_000, [entry.Encode()], bad => Refuses<InvalidDataException>(() => MessageQueueEntry.Decode(bad)));
    }

    [Fact]
    public void Damaged_images_of_criu_are_read_or_refused()
    {
        string directory = Directory.CreateDirectory(_temp.In("images")).FullName;
        using TempDirectory images = new();
        SavedImages saved = new(images);
        string[] names = ["pstree.img", "files.img", "fdinfo-2.img", "ids-301.img", "core-301.img", "inventory.img"];
        byte[][] good = [.. names.Select(name => File.ReadAllBytes(Path.Combine(saved.Directory, name)))];
        StreamReplacement replacement = new(100);
        replacement.Add(3, 1);

        Mutation.Run(Seed, 20_000, good, bad =>
        {
            File.WriteAllBytes(Path.Combine(directory, "ids-301.img"), bad);
            File.WriteAllBytes(Path.Combine(directory, "fdinfo-2.img"), good[2]);
            Refuses<InvalidDataException>(() =>
            {
                CriuImage image = CriuImage.Parse(bad);
                Refuses<InvalidDataException>(() => OpenFiles.HighestId(image));
                Refuses<InvalidDataException>(() => OpenFiles.Move(image, _ => "/elsewhere"));
                Refuses<InvalidDataException>(() => OpenFiles.ReplaceStreams(image, replacement));
                Refuses<InvalidDataException>(() => OpenFiles.ReplaceStreamsInTable(image, replacement));
                Refuses<InvalidDataException>(() => OpenFiles.Readdress(image, new PodAddresses([], [])));
                Refuses<InvalidDataException>(() => OpenFiles.ForgetOwnersOfDeleted(image));
                Refuses<InvalidDataException>(() => OpenFiles.Bind(image, [new SocketFile([500], ["/run/x"], 0x1B6, 0, 0)]));
                Refuses<InvalidDataException>(() => TaskTree.KeepDaemons(image));
                Refuses<InvalidDataException>(() => InterruptedCalls.Repeat(image, _ => CriuImage.Parse(good[4])));
                Refuses<InvalidDataException>(() => InterruptedCalls.Repeat(CriuImage.Parse(good[0]), _ => CriuImage.Parse(bad)));
            });
            Refuses<InvalidDataException>(() => RefusesFile(() => OpenFiles.FindIds(directory, [(301, 3)])));
            File.WriteAllBytes(Path.Combine(directory, "files.img"), bad);
            Refuses<InvalidDataException>(() => LostSocket.Find(directory, new PodAddresses([], [])));
        });
    }

    [Fact]
    public void Damaged_lines_under_proc_are_read_or_ignored()
    {
        byte[][] good =
        [
            Encoding.ASCII.GetBytes("7f0c1a000000-7f0c1a021000 r-xp 00001000 fe:01 1234                    /tmp/a\\012b (deleted)"),
            Encoding.ASCII.GetBytes("00400000-00452000 rw-p 00000000 00:00 0                          [anon:a/b]"),
            Encoding.ASCII.GetBytes("36 35 98:0 /a\\040b /c\\134d rw,noatime shared:1 - ext4 /dev/x\\043y rw"),
        ];

        Mutation.Run(Seed, 20_000, good, bad =>
        {
            string text = ByteStrings.Decode(bad);
            Assert.Equal(bad, ByteStrings.Encode(text));
            Assert.StartsWith("/", MappedFile.Parse(text)?.Path ?? "/", StringComparison.Ordinal);
            _ = Mount.Parse(text);
        });
    }

    [Fact]
    public void A_damaged_answer_about_sockets_is_read_or_ignored()
    {
        Mutation.Run(Seed, 50_000, [BoundSocketTests.Packet("/run/x", 7, 8, 9)], bad =>
        {
            List<BoundSocket> found = [];
            BoundSocket.Read(bad, found);
            Assert.All(found, socket => Assert.NotEqual("", socket.Path));
        });
    }

    [Fact]
    public void A_damaged_message_of_criu_is_read_or_refused()
    {
        byte[] text = new ProtoWriter().Text(1, "post-dump").Number(2, 301).ToArray();
        byte[][] good =
        [
            new ProtoWriter().Number(1, 6).Number(2, 1).Bytes(5, text).ToArray(),
            new ProtoWriter().Number(1, 10).Number(2, 1).Bytes(10, new ProtoWriter().Number(1, 4).Number(2, 3).ToArray()).ToArray(),
            new ProtoWriter().Number(1, 1).Number(2, 0).Number(7, 5).Text(9, "no").ToArray(),
        ];

        Mutation.Run(Seed, 50_000, good, bad => Refuses<InvalidDataException>(() => CriuMessage.Read(bad)));
    }

    [Fact]
    public void A_damaged_configuration_file_is_read_or_refused()
    {
        string path = _temp.In("config.yaml");
        byte[][] good =
        [
            Encoding.UTF8.GetBytes("imageDir: /checkpoint\ngracePeriod: 30s\nkeep: 2\nadditionalPaths:\n- /data\n- \"/srv/x y\"\ncheckpointOn: [shutting-down, cordoned]\n"),
            Encoding.UTF8.GetBytes("# comment\nnodeStateServerURL: http://127.0.0.1:9376\nghostLimit: 500Mi\nonNodeWarning: |\n  echo one\n  echo two\nchecksumPages: true\n"),
            Encoding.UTF8.GetBytes("hooks:\n  beforeCheckpoint: sync\n"),
        ];

        Mutation.Run(Seed, 10_000, good, bad =>
        {
            File.WriteAllBytes(path, bad);
            Refuses<ConfigurationException>(() => CrikOptionsLoader.Load(new CommandLineOverrides(), new Dictionary<string, string>(), path));
        });
    }

    [Fact]
    public void A_damaged_HTTP_answer_is_read_or_refused()
    {
        byte[][] good =
        [
            "HTTP/1.1 200 OK\r\nContent-Length: 15\r\nContent-Type: application/json\r\n\r\n{\"state\":\"unk\"}"u8.ToArray(),
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n"u8.ToArray(),
            "HTTP/1.0 404 Not Found\r\n\r\nnothing here"u8.ToArray(),
        ];
        Random random = new(Seed);

        Mutation.Run(Seed, 20_000, good, bad => Refuses<HttpException>(() =>
        {
            HttpAnswerReader reader = new(1 << 16);
            ReadOnlySpan<byte> rest = bad;
            while (!rest.IsEmpty)
            {
                int count = random.Next(1, rest.Length + 1);
                if (reader.Add(rest[..count]) is not null)
                {
                    return;
                }

                rest = rest[count..];
            }

            reader.Add([]);
        }));
    }

    [Fact]
    public void A_damaged_request_at_the_control_socket_is_read_or_refused()
    {
        byte[] good = ControlJson.Write(new ControlRequest(ControlRequest.Checkpoint, LeaveRunning: true));

        Mutation.Run(Seed, 20_000, [good], bad => Refuses<JsonException>(() => ControlJson.ReadRequest(bad)));
    }

    /// <summary>Does with a manifest what a start, <c>crik list</c> and <c>crik inspect</c> do with it.</summary>
    private static void Use(CheckpointManifest manifest, string checkpoint, string images)
    {
        ContainerFacts now = ContainerFacts.Read(manifest, images, ["/data"], new CriuSetup("criu", PrivilegeLevel.Basic, []), 40300, () => true) with
        {
            Machine = new MachineFacts("X64", "6.8.0", "pod-0", "b", [], 5000),
        };
        CompatibilityGate.ClockStep(manifest, now.Machine);
        Fit fit = new([.. CompatibilityGate.Problems(manifest, now)], [.. CompatibilityGate.Remarks(manifest, now.Machine)]);
        Assert.True(manifest.MemoryBytes >= 0 && ImageView.RoomFor(manifest) > 0);
        RestoredTraits traits = new(manifest.Traits?.Own ?? [], ["oom_score_adj=5"], (_, _, _) => false);
        traits.Compare(manifest.Traits?.Processes ?? [], _ => ["oom_score_adj=5", "Umask=0"]);

        StoredCheckpoint stored = new(manifest.Generation, StoredState.Committed, checkpoint) { At = manifest.CreatedAt, Manifest = manifest };
        ListReport list = new("/checkpoints", [stored], 7, null, DateTimeOffset.UtcNow);
        CheckpointReport report = CheckpointReport.Read(stored, images, _ => fit);
        string[] written = [list.Table(), list.Json(), ReportTable.Write(report, DateTimeOffset.UtcNow), ReportJson.Write(report), ReportTree.Write(report)];
        Assert.All(written, Assert.NotEmpty);
    }

    /// <summary>A number in a message leads to a file that does not exist. The reader then throws the same exception as for other damage.</summary>
    private static void RefusesFile(Action read) => Refuses<IOException>(read);

    private static void Refuses<T>(Action read)
        where T : Exception
    {
        try
        {
            read();
        }
        catch (T)
        {
            // refused
        }
    }

    private static string[] Names(string directory) => [.. Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)!).Order()];
}
