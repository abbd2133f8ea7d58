using System.Text.Json;
using Crik.Criu;
using Crik.Inspection;
using Crik.Store;

namespace Crik.Tests.Inspection;

public sealed class InspectionTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly SavedImages _images;

    public InspectionTests()
    {
        _images = new SavedImages(_temp);
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Processes_come_with_their_state_memory_and_command_line()
    {
        SavedTask[] tasks = Read().Tasks;

        Assert.Equal([(301, 0, "alive", 2, 1000u), (302, 301, "stopped", 1, 0u), (303, 301, "zombie", 1, 0u)], tasks.Select(task => (task.Pid, task.Parent, task.State, task.Threads, task.UserId)));
        Assert.Equal(["server", "--name", "a b"], tasks[0].Command);
        Assert.Equal(["child", "gone"], tasks.Skip(1).Select(task => task.Name));
        Assert.Equal((3 * 4096, 2 * 4096, 3 * 4096), (tasks[0].SavedBytes, tasks[0].SharedBytes, tasks[0].MappedBytes));
        Assert.Equal((0, 5 * 4096), (tasks[1].SavedBytes, tasks[1].SharedBytes));
        Assert.Equal(("/usr/bin/server", "/srv"), (tasks[0].Executable, tasks[0].WorkingDirectory));
    }

    [Fact]
    public void Open_files_and_sockets_are_named()
    {
        Assert.Equal(
            [
                "3 file /tmp/gone (deleted) rw ", "4 file /usr/bin/server r ", "5 unix @abstract  listening", "6 tcp 127.0.0.1:8080  listening",
                "7 tcp [::1]:22 -> [2001:db8::2]:5000  established", "8 memfd cache, 8192 bytes rw ", "9 netlink protocol 15  ", "10 unknown kind 77  ",
                "11 inotify 0 watched  ",
            ],
            Read().Tasks[0].Files.Select(file => $"{file.Descriptor} {file.Kind} {file.What} {file.Access} {file.Socket?.State}"));
    }

    [Fact]
    public void Mounts_of_the_programs_own_namespace_are_shown() =>
        Assert.Equal(["/private tmpfs none False", "/data nfs4 disk True"], Read().Mounts.Select(mount => $"{mount.Point} {mount.Type} {mount.Source} {mount.IsExternal}"));

    [Fact]
    public void Nothing_of_the_memory_but_the_command_line_is_shown_in_any_form()
    {
        foreach (string text in Forms(Read()))
        {
            Assert.Contains("a b", text, StringComparison.Ordinal);
            Assert.DoesNotContain("geheim", text, StringComparison.Ordinal);
            Assert.DoesNotContain("PASSWORD", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_tree_is_drawn_with_children_below_their_parents()
    {
        string[] lines = ReportTree.Write(Read()).Split('\n');

        Assert.StartsWith("└─ 301 server --name 'a b' (2 threads, 12 KiB, shared 8 KiB)", lines[1], StringComparison.Ordinal);
        Assert.Contains("   ├─ fd 6: tcp 127.0.0.1:8080 (listening)", lines);
        Assert.Contains("   ├─ 302 [child] (stopped, 0 B, shared 20 KiB)", lines);
        Assert.Contains("   └─ 303 [gone] (zombie)", lines);
    }

    [Fact]
    public void JSON_has_the_processes_and_their_files()
    {
        JsonElement report = JsonDocument.Parse(ReportJson.Write(Read())).RootElement;

        JsonElement server = report.GetProperty("processes")[0];
        Assert.Equal("a b", server.GetProperty("command")[2].GetString());
        Assert.Equal("127.0.0.1:8080", server.GetProperty("files")[3].GetProperty("local").GetString());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("frozenMilliseconds").ValueKind);
    }

    [Fact]
    public void The_report_says_whether_the_checkpoint_can_be_restored_and_what_it_needs_of_the_pod()
    {
        string bad = ReportTable.Write(Read(), DateTimeOffset.UtcNow);
        JsonElement badJson = JsonDocument.Parse(ReportJson.Write(Read())).RootElement;
        File.WriteAllBytes(_images.PathOf("ghost-file-1.img"), []);
        string good = ReportTable.Write(Read(), DateTimeOffset.UtcNow);
        JsonElement goodJson = JsonDocument.Parse(ReportJson.Write(Read())).RootElement;

        Assert.Contains("no       criu did not write ghost-file-1.img", bad, StringComparison.Ordinal);
        Assert.False(badJson.GetProperty("restorable").GetBoolean());
        Assert.StartsWith("criu did not write ghost-file-1.img", badJson.GetProperty("objections")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("yes      if the pod has these 2 files in its image or on its volumes", good, StringComparison.Ordinal);
        Assert.True(goodJson.GetProperty("restorable").GetBoolean());
        Assert.Equal(["/usr/bin/server", "/srv"], goodJson.GetProperty("neededOfPod").EnumerateArray().Select(path => path.GetString()));
    }

    [Fact]
    public void The_time_for_which_the_program_was_frozen_is_read_from_criu()
    {
        // As criu 4.3 wrote it: 7.352 ms to freeze, 749.89 ms frozen.
        File.WriteAllBytes(_images.PathOf("stats-dump"), Convert.FromHexString("4059105506330957260000000a2408b83910c2e22d18ceb20120d441288328300038da2540004800501f581f600168007001"));

        Assert.Equal(757, (int)Read().Frozen!.Value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("pstree.img")]
    [InlineData("core-301.img")]
    [InlineData("mm-301.img")]
    [InlineData("pagemap-301.img")]
    [InlineData("pages-1.img")]
    [InlineData("fs-301.img")]
    [InlineData("ids-302.img")]
    [InlineData("files.img")]
    [InlineData("fdinfo-2.img")]
    public void A_missing_image_is_named(string name)
    {
        File.Delete(_images.PathOf(name));

        Assert.Contains(name, Assert.Throws<CheckpointException>(Read).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pstree.img")]
    [InlineData("files.img")]
    [InlineData("mm-301.img")]
    public void A_pipe_or_a_link_in_the_place_of_an_image_is_refused_at_once(string name)
    {
        File.Move(_images.PathOf(name), _images.PathOf("elsewhere"));
        File.CreateSymbolicLink(_images.PathOf(name), _images.PathOf("elsewhere"));
        Assert.Contains(name, Assert.Throws<CheckpointException>(Read).Message, StringComparison.Ordinal);

        File.Delete(_images.PathOf(name));
        Command.Output("mkfifo", _images.PathOf(name));
        Assert.Contains(name, Assert.Throws<CheckpointException>(Read).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_that_are_shorter_than_the_map_says_are_damage()
    {
        File.WriteAllBytes(_images.PathOf("pages-1.img"), File.ReadAllBytes(_images.PathOf("pages-1.img"))[..5000]);

        Assert.Contains("pages-1.img", Assert.Throws<CheckpointException>(Read).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_way_to_cut_an_image_off_is_harmless_or_named()
    {
        foreach (string path in Directory.EnumerateFiles(_images.Directory, "*.img"))
        {
            byte[] whole = File.ReadAllBytes(path);
            for (int length = 0; length < whole.Length; length += 1 + (length / 40))
            {
                File.WriteAllBytes(path, whole[..length]);
                AssertReadOrNamed(Path.GetFileName(path));
            }

            File.WriteAllBytes(path, whole);
        }
    }

    [Fact]
    public void Random_damage_is_harmless_or_named()
    {
        Random random = new(20261121);
        string[] paths = [.. Directory.EnumerateFiles(_images.Directory, "*.img").Order(StringComparer.Ordinal)];
        for (int round = 0; round < 800; round++)
        {
            string path = paths[random.Next(paths.Length)];
            byte[] whole = File.ReadAllBytes(path);
            if (whole.Length == 0)
            {
                continue;
            }

            byte[] bad = [.. whole];
            for (int i = 0; i < 1 + (round % 4); i++)
            {
                bad[random.Next(Math.Min(bad.Length, 400))] = (byte)(random.Next(3) == 0 ? 0xff : random.Next(256));
            }

            File.WriteAllBytes(path, bad);
            AssertReadOrNamed(null);
            File.WriteAllBytes(path, whole);
        }
    }

    [Theory]
    [InlineData("the same number twice", "301 0 301 0")]
    [InlineData("no number", "0 0")]
    [InlineData("a negative number", "-5 0")]
    public void Process_numbers_that_make_no_sense_are_refused(string what, string numbers)
    {
        int[] all = [.. numbers.Split(' ').Select(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture))];
        _images.Write("pstree.img", [.. all.Chunk(2).Select(pair => SavedImages.Entry(pair[0], pair[1], 301, 1))]);

        Assert.True(Assert.Throws<CheckpointException>(Read).Message.Contains("pstree.img", StringComparison.Ordinal), what);
    }

    [Fact]
    public void A_ring_of_parents_is_drawn_once()
    {
        _images.Write("core-301.img", SavedImages.Core("one", 6, 0));
        _images.Write("pstree.img", SavedImages.Entry(301, 303, 301, 1), SavedImages.Entry(303, 301, 301, 1));

        Assert.Equal(["└─ 301 [one] (zombie)", "   └─ 303 [gone] (zombie)"], ReportTree.Write(Read()).Split('\n')[1..3]);
    }

    [Fact]
    public void A_chain_of_many_processes_neither_ends_the_reader_nor_fills_the_memory()
    {
        const int Count = 4000;
        _images.Write("pstree.img", [.. Enumerable.Range(1, Count).Select(pid => SavedImages.Entry(pid, pid - 1, 1, 1))]);
        foreach (int pid in Enumerable.Range(1, Count))
        {
            _images.Write($"core-{pid}.img", SavedImages.Core("x", 6, 0));
        }

        Assert.InRange(ReportTree.Write(Read()).Length, Count * 10, Count * 200);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(int.MaxValue)]
    public void Impossible_page_counts_are_damage_or_are_shown_as_a_number(long count)
    {
        _images.Write("pagemap-302.img", [new ProtoWriter().Number(1, 2), .. Enumerable.Repeat(SavedImages.Pages(0, count), 2)]);
        AssertReadOrNamed("pagemap-302.img");
    }

    /// <summary>Writes pages as criu 4.3 does: the payload of a compressed stretch has any length, and the next one begins at a whole page.</summary>
    [Fact]
    public void Memory_behind_compressed_memory_is_found()
    {
        byte[] plain = File.ReadAllBytes(_images.PathOf("pages-1.img"));
        byte[] pages = new byte[plain.Length];
        Array.Fill(pages, (byte)'x', 0, 777);
        plain.AsSpan(4096).CopyTo(pages.AsSpan(4096));
        File.WriteAllBytes(_images.PathOf("pages-1.img"), pages);
        ProtoWriter compressed = SavedImages.Pages(0x4000, 4).Message(6, new ProtoWriter().Bytes(1, [.. "\x85\x06"u8]).Number(2, 777).Number(3, 1));
        _images.Write("pagemap-301.img", new ProtoWriter().Number(1, 1), compressed, SavedImages.Pages(SavedImages.Stack, 2, flags: 4 | 8));

        SavedTask server = Read().Tasks[0];

        Assert.Equal(["server", "--name", "a b"], server.Command);
        Assert.Equal(6 * 4096, server.SavedBytes);
    }

    [Fact]
    public void Compressed_memory_is_not_taken_for_a_command_line()
    {
        ProtoWriter compressed = SavedImages.Pages(SavedImages.Stack, 2).Message(6, new ProtoWriter().Number(2, 777).Number(3, 1));
        _images.Write("pagemap-301.img", new ProtoWriter().Number(1, 1), SavedImages.Pages(0x4000, 1), compressed);

        Assert.Empty(Read().Tasks[0].Command);
    }

    [Fact]
    public void A_checkpoint_cannot_write_control_characters_to_the_terminal()
    {
        SavedImages images = new(_temp, "\e[2J\e]0;x\a\nfake line\u202e\u009b");
        images.Write("core-302.img", SavedImages.Core("\e[31m\r", 1, 0));

        foreach (string text in Forms(Read()).Take(2))
        {
            Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
            Assert.DoesNotContain('\u202e', text);
            Assert.DoesNotContain("\nfake", text, StringComparison.Ordinal);
        }
    }

    private CheckpointReport Read() => CheckpointReport.Read(
        new StoredCheckpoint(7, StoredState.Committed, _images.Directory), _images.Directory, _ => Fit.Unknown);

    private static string[] Forms(CheckpointReport report) => [ReportTable.Write(report, default), ReportTree.Write(report), ReportJson.Write(report)];

    private void AssertReadOrNamed(string? name)
    {
        try
        {
            Assert.All(Forms(Read()), Assert.NotEmpty);
        }
        catch (CheckpointException exception)
        {
            Assert.Contains(name ?? ".img", exception.Message, StringComparison.Ordinal);
        }
    }
}
