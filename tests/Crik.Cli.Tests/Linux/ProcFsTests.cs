using System.Diagnostics;
using System.Globalization;
using Crik.Linux;

namespace Crik.Tests.Linux;

public sealed class ProcFsTests
{
    [Fact]
    public void A_process_that_has_gone_has_no_state_and_no_end()
    {
        Assert.Equal('X', ProcFs.State("/proc/2147483647/stat"));
        Assert.Equal(0, ProcFs.EndSignal(int.MaxValue));
        Assert.Null(ProcFs.InstructionPointer(int.MaxValue, int.MaxValue));
    }

    [Fact]
    public void The_signal_that_ended_a_zombie_can_be_read()
    {
        // A child with a name full of what /proc/PID/stat separates its fields with. It ends once its parent is no shell any more, which would wait for it.
        const string Child = "printf 'x) Z (y' > /proc/self/comm; until [ \"$parent\" = sleep ]; do read -r parent < /proc/$PPID/comm; done; kill -SEGV $$";
        using Process shell = Process.Start(new ProcessStartInfo("bash", ["-c", "bash -c \"$1\" & echo $!; exec sleep 100", "bash", Child]) { RedirectStandardOutput = true })!;
        try
        {
            int child = int.Parse(shell.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
            Assert.True(SpinWait.SpinUntil(() => ProcFs.State($"/proc/{child}/stat") == 'Z', TimeSpan.FromSeconds(60)));
            Assert.Equal(Signal.SIGSEGV, ProcFs.EndSignal(child));
        }
        finally
        {
            shell.Kill();
        }
    }

    [Fact]
    public void Memory_that_processes_share_counts_once()
    {
        const string Program = "import mmap, os, time; m = mmap.mmap(-1, 256 << 20); m.write(b'x' * (256 << 20)); p = os.fork(); n = sum(m[i] for i in range(0, 256 << 20, 4096)); print(p or 'ready', flush=True); time.sleep(1000)";
        using Process parent = Process.Start(new ProcessStartInfo("python3", ["-c", Program]) { RedirectStandardOutput = true })!;
        string[] said = [parent.StandardOutput.ReadLine()!, parent.StandardOutput.ReadLine()!];
        int child = said.Where(line => line != "ready").Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Single();
        try
        {
            long alone = ProcFs.ResidentBytes([parent.Id]);
            long both = ProcFs.ResidentBytes([parent.Id, child]);
            Assert.InRange(alone >> 20, 256, 350);
            Assert.InRange((both - alone) >> 20, 0, 100);
        }
        finally
        {
            Libc.SendSignal(child, Signal.SIGKILL);
            parent.Kill();
        }
    }

    [Fact]
    public void The_instruction_pointer_of_a_waiting_thread_is_in_a_mapping_of_its_program()
    {
        using Process sleep = Process.Start("sleep", "100");
        try
        {
            ulong? address = null;
            Assert.True(SpinWait.SpinUntil(() => (address = ProcFs.InstructionPointer(sleep.Id, sleep.Id)) is not null, TimeSpan.FromSeconds(60)));
            Assert.Contains(ProcFs.Lines($"/proc/{sleep.Id}/maps"), line =>
            {
                ulong[] ends = [.. line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-').Select(end => ulong.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
                return address >= ends[0] && address < ends[1];
            });
        }
        finally
        {
            sleep.Kill();
        }
    }
}
