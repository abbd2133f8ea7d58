using System.Diagnostics;
using Crik.Criu;
using Crik.Restore;

namespace Crik.Tests.Restore;

public sealed class RestoredTraitsTests
{
    private readonly List<string> _set = [];

    /// <summary>What the kernel says after a trait was set; <see langword="null"/> when it refuses.</summary>
    private Func<string, string?> _kernel = value => value;

    [Theory]
    [InlineData("1", "1", null)]
    [InlineData("1", "3", "1")]
    [InlineData("3", "f", null)] // it was as in the container, and is as in the new one
    [InlineData("3", "3", "f")]
    public void A_trait_gets_the_value_that_it_had_or_that_of_the_new_container(string was, string isNow, string? set)
    {
        Assert.Empty(Compare(was, isNow));

        Assert.Equal(set is null ? [] : [$"301 affinity={set}"], _set);
    }

    [Theory]
    [InlineData("1", "3", true)]
    [InlineData("3", "3", false)] // criu restored the value that it had, although the new container has another
    [InlineData("3", "1", true)]
    public void A_trait_that_cannot_be_set_is_a_difference_unless_it_is_as_it_was(string was, string isNow, bool isDifferent)
    {
        _kernel = _ => null;

        Assert.Equal(isDifferent ? [("affinity", was, isNow)] : [], Compare(was, isNow));
    }

    [Fact]
    public void A_value_that_the_kernel_takes_in_part_is_a_difference()
    {
        _kernel = _ => "8";

        Assert.Equal([("affinity", "c", "8")], Compare("c", "f"));
    }

    [Fact]
    public void There_is_one_difference_for_each_trait_with_all_its_processes()
    {
        RestoredTraits traits = new(["a=1", "b=1"], ["a=1", "b=1"], (_, _, _) => false);

        traits.Compare([new TraitGroup([301, 302], ["a=2"]), new TraitGroup([303], ["a=3", "b=2"])], _ => ["a=9", "b=8", "unknown then=1"]);

        Assert.Equal([301, 302, 303], traits.Differences["a"].Tasks);
        Assert.Equal(("2", "9"), (traits.Differences["a"].Was, traits.Differences["a"].Is));
        Assert.Equal([301, 302, 303], traits.Differences["b"].Tasks);
        Assert.Equal(2, traits.Differences.Count);
    }

    [Fact]
    public void What_the_kernel_tells_of_descriptors_is_compared()
    {
        RestoredTraits traits = new([], [], (_, _, _) => false);

        traits.Compare([new(301, 4, ["pos=0", "flags=02"]), new(302, 5, ["flags=02", "tfd 7=events: 19"])], (_, descriptor) => descriptor == 4 ? ["pos=0", "flags=02", "mnt_id=9"] : ["flags=04002"]);

        Assert.Equal(("5: flags=02", "5: flags=04002"), (traits.Differences["flags of descriptors"].Was, traits.Differences["flags of descriptors"].Is));
        Assert.Equal(("5: tfd 7=events: 19", "5: tfd 7=none"), (traits.Differences["tfd of descriptors"].Was, traits.Differences["tfd of descriptors"].Is));
        Assert.Equal(2, traits.Differences.Count);
    }

    [Fact]
    public void What_cannot_be_read_now_is_not_compared()
    {
        RestoredTraits traits = new(["a=1"], [], (_, _, _) => false);

        traits.Compare([new TraitGroup([301], ["a=2"])], _ => []);

        Assert.Empty(traits.Differences);
    }

    [Theory]
    [InlineData("CPU affinity", "")]
    [InlineData("CPU affinity", "x1")]
    [InlineData("CPU affinity", "111")]
    [InlineData("CPU affinity", "00")]
    [InlineData("I/O priority", "-1")]
    [InlineData("I/O priority", "99999999999999")]
    [InlineData("oom_score_adj", "many")]
    [InlineData("coredump_filter", "z")]
    [InlineData("../../etc/passwd", "1")]
    [InlineData("", "")]
    public void A_damaged_trait_is_not_set(string name, string value) => Assert.False(TaskTraits.TrySet(Environment.ProcessId, name, value));

    [Fact]
    public void A_tree_has_the_traits_of_its_processes_that_are_not_those_of_crik()
    {
        using Process unusual = Process.Start(new ProcessStartInfo("sh", ["-c", "echo 700 >/proc/self/oom_score_adj; umask 0123; echo; exec sleep 1000"]) { RedirectStandardOutput = true })!;
        using Process usual = Process.Start("sleep", "1000");
        try
        {
            unusual.StandardOutput.ReadLine();
            TreeTraits traits = TreeTraits.Read([unusual.Id, usual.Id, int.MaxValue], [usual.Id], [], []);

            Assert.Contains("Umask=0123", traits.Processes[0].Traits);
            Assert.Contains("oom_score_adj=700", traits.Processes[0].Traits);
            Assert.DoesNotContain(traits.Processes[1].Traits, trait => trait.StartsWith("oom_score_adj=", StringComparison.Ordinal));
            Assert.Contains(traits.Own, trait => trait.StartsWith("limit nofile=", StringComparison.Ordinal));
            Assert.DoesNotContain(traits.Own, TaskTraits.IsSignalMask);
            Assert.Contains("SigBlk=0000000000000000", traits.Threads[0].Traits);
            Assert.DoesNotContain(traits.Threads[0].Traits, trait => trait.StartsWith("CPU affinity=", StringComparison.Ordinal));
        }
        finally
        {
            unusual.Kill();
            usual.Kill();
        }
    }

    [Fact]
    public void Blocked_signals_are_those_of_the_thread_and_not_those_of_the_call_in_which_it_waits()
    {
        using Process sleeping = Process.Start("env", ["--block-signal=USR1", "sleep", "1000"]);
        using Process polling = Process.Start("env", ["--block-signal=USR1", "python3", "-c", "import ctypes; ctypes.CDLL(None).ppoll(None, 0, None, bytes(128))"]);
        try
        {
            Eventually.True(() => TaskTraits.OfThread(sleeping.Id, withTimerSlack: false).Contains("SigBlk=0000000000000200"), "a blocked signal");
            Eventually.True(() => File.ReadAllText($"/proc/{polling.Id}/syscall").StartsWith("271 ", StringComparison.Ordinal), "a call of ppoll");

            Assert.DoesNotContain(TaskTraits.OfThread(polling.Id, withTimerSlack: false), trait => trait.StartsWith("SigBlk=", StringComparison.Ordinal));
        }
        finally
        {
            sleeping.Kill();
            polling.Kill();
        }
    }

    private IEnumerable<(string, string, string)> Compare(string was, string isNow)
    {
        const string Name = "affinity";
        RestoredTraits traits = new([$"{Name}=3"], [$"{Name}=f"], (task, name, value) =>
        {
            if (_kernel(value) is not { } taken)
            {
                return false;
            }

            _set.Add($"{task} {name}={value}");
            isNow = taken;
            return true;
        });
        traits.Compare([new TraitGroup([301], was == "3" ? [] : [$"{Name}={was}"])], _ => [$"{Name}={isNow}"]);
        return traits.Differences.Select(difference => (difference.Key, difference.Value.Was, difference.Value.Is));
    }
}
