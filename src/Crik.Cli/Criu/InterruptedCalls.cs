using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>
/// Lets restored threads repeat the system calls that the save interrupted. When criu stops a thread, the kernel ends the call in which the
/// thread waits. Often it makes the thread repeat the call later. But a call that only the kernel itself can continue (ERESTART_RESTARTBLOCK)
/// ends with EINTR in the image (compel_get_task_regs, compel/arch/x86/src/lib/infect.c), and some calls end with EINTR anyway.
/// </summary>
internal static class InterruptedCalls
{
    /// <summary>
    /// The calls, with their numbers on x86-64, that end with EINTR only if they have done nothing. close(2) and connect(2) are not among them:
    /// what they do goes on after EINTR.
    /// </summary>
    private static readonly HashSet<long> s_repeatable =
    [
        // The kernel continues these after a stop. All are waits, and a futex that was woken reports that instead (futex_wait, kernel/futex/waitwake.c).
        7 /* poll */, 35 /* nanosleep */, 202 /* futex */, 230 /* clock_nanosleep */,

        // As above, but EINTR if the kernel cannot write the time that is left (poll_select_finish, fs/select.c).
        23 /* select */, 270 /* pselect6 */, 271 /* ppoll */,

        // These fail after a stop without a handler: signal(7), "Interruption of system calls and library functions by stop signals". They
        // take an event, a signal or a semaphore only when they succeed.
        232 /* epoll_wait */, 281 /* epoll_pwait */, 441 /* epoll_pwait2 */, 128 /* rt_sigtimedwait */, 65 /* semop */, 220 /* semtimedop */,
        208 /* io_getevents */,

        // As above, for sockets with SO_RCVTIMEO or SO_SNDTIMEO. A call that has moved some bytes or messages reports how many instead.
        0 /* read */, 19 /* readv */, 43 /* accept */, 45 /* recvfrom */, 47 /* recvmsg */, 288 /* accept4 */, 299 /* recvmmsg */,
        1 /* write */, 20 /* writev */, 44 /* sendto */, 46 /* sendmsg */, 307 /* sendmmsg */,
    ];

    /// <summary>Finds the threads that were in such a call, and sets each to just before its call.</summary>
    /// <param name="tree">The image of the processes.</param>
    /// <param name="read">Reads an image by its name; <see langword="null"/> when the checkpoint has no such image.</param>
    /// <returns>The changed images, by name.</returns>
    public static Dictionary<string, CriuImage> Repeat(CriuImage tree, Func<string, CriuImage?> read)
    {
        Dictionary<string, CriuImage> changed = [];
        foreach (byte[] message in tree.Messages)
        {
            (ulong pending, ulong handled) = (0, 0);
            foreach (int thread in new ProcessEntry(message).ThreadIds)
            {
                string name = ImageName.Core(thread);
                if (read(name) is not { } image)
                {
                    continue;
                }

                CoreEntry core = new(image.First);
                if (thread == new ProcessEntry(message).Pid) // what all threads share is in the image of the first one
                {
                    (pending, handled) = (core.PendingSignalsOfProcess, core.HandledSignals);
                }

                // The handler of a signal that waits runs before the call can be repeated, so for the program it must have interrupted the call.
                RegistersEntry registers = core.Registers;
                bool isInterrupted = ((pending | core.PendingSignals) & handled & ~core.BlockedSignals) != 0;
                if (registers is { IsNative: true, Result: -Errno.EINTR } && s_repeatable.Contains(registers.Call) && !isInterrupted)
                {
                    image.Messages[0] = core.WithRegisters(registers.BeforeCall());
                    changed[name] = image;
                }
            }
        }

        return changed;
    }
}
