using System.Buffers.Binary;
using Crik.Criu;
using Crik.Criu.Images;

namespace Crik.Tests.Criu;

public sealed class InterruptedCallsTests
{
    private const long Interrupted = -4;
    private const long Poll = 7;
    private const long Address = 0x1002;
    private const int Compatible = 2;
    private const int Alarm = 14;

    [Theory]
    [InlineData(Interrupted, Poll, true)]
    [InlineData(Interrupted, 35L, true)] // nanosleep
    [InlineData(Interrupted, 0L, true)] // read
    [InlineData(Interrupted, 3L, false)] // close has closed the descriptor
    [InlineData(Interrupted, 42L, false)] // connect goes on
    [InlineData(Interrupted, -1L, false)] // a signal handler has returned
    [InlineData(0L, Poll, false)]
    [InlineData(-11L, Poll, false)] // another error
    public void A_thread_repeats_a_call_that_ended_with_EINTR_and_had_no_effect(long result, long call, bool isRepeated)
    {
        byte[] core = Core(Registers(result, call));

        CriuImage? changed = Repeat((301, core)).GetValueOrDefault("core-301.img");

        Assert.Equal(isRepeated ? Core(Registers(call, call, Address - 2)) : null, changed?.First);
    }

    [Fact]
    public void A_thread_in_32_bit_code_and_one_of_another_architecture_stay_as_they_are() =>
        Assert.Empty(Repeat((301, Core(Registers(Interrupted, Poll, mode: Compatible))), (302, new ProtoWriter().Number(1, 3).Bytes(8, [8, 1]).ToArray())));

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)] // the call may unblock it
    [InlineData(false, false, true)]
    public void A_signal_that_waits_for_its_handler_has_interrupted_the_call(bool hasHandler, bool isBlocked, bool isRepeated)
    {
        ProtoWriter process = Actions(hasHandler ? Alarm : 0).Number(5, isBlocked ? 1 << (Alarm - 1) : 0);
        byte[] ofProcess = Core(Registers(Interrupted, Poll), process.Bytes(10, Queue(Alarm)));
        byte[] ofThread = Core(Registers(Interrupted, Poll), thread: new ProtoWriter().Number(6, isBlocked ? 1 << (Alarm - 1) : 0));

        Assert.Equal(isRepeated ? ["core-301.img", "core-302.img"] : [], Repeat((301, ofProcess), (302, ofThread)).Keys);
    }

    [Fact]
    public void A_signal_for_one_thread_interrupts_only_that_thread()
    {
        byte[] first = Core(Registers(Interrupted, Poll), Actions(Alarm));
        byte[] second = Core(Registers(Interrupted, Poll), thread: new ProtoWriter().Bytes(9, Queue(Alarm)));

        Assert.Equal(["core-301.img"], Repeat((301, first), (302, second)).Keys);
    }

    [Fact]
    public void The_actions_in_the_image_leave_out_SIGKILL_and_SIGSTOP()
    {
        CoreEntry all = new(Core([], new ProtoWriter().Raw([.. Enumerable.Repeat(Action(2), 62).SelectMany(action => action)])));

        Assert.Equal(~((1UL << 8) | (1UL << 18)), all.HandledSignals);
    }

    [Fact]
    public void An_image_that_is_not_there_is_left_out() =>
        Assert.Empty(InterruptedCalls.Repeat(Image(Process(301, 302)), _ => null));

    private static Dictionary<string, CriuImage> Repeat(params (int Thread, byte[] Core)[] threads)
    {
        Dictionary<string, byte[]> images = threads.ToDictionary(thread => $"core-{thread.Thread}.img", thread => thread.Core);
        return InterruptedCalls.Repeat(Image(Process([.. threads.Select(thread => thread.Thread)])), name => Image(images[name]));
    }

    private static CriuImage Image(byte[] message)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
        return CriuImage.Parse([0x19, 0x43, 0x56, 0x54, 1, 2, 3, 4, .. length, .. message]);
    }

    private static byte[] Process(params int[] threads)
    {
        ProtoWriter process = new ProtoWriter().Number(1, threads[0]).Number(2, 0).Number(3, threads[0]).Number(4, threads[0]);
        foreach (int thread in threads)
        {
            process.Number(5, thread);
        }

        return process.ToArray();
    }

    private static byte[] Registers(long result, long call, long address = Address, int mode = 1) =>
        new ProtoWriter().Number(10, 5).Number(11, result).Number(16, call).Number(17, address).Number(19, 0x246).Number(28, mode).ToArray();

    private static byte[] Core(byte[] registers, ProtoWriter? process = null, ProtoWriter? thread = null) => new ProtoWriter().Number(1, 1)
        .Message(2, new ProtoWriter().Number(1, 77).Bytes(2, registers)).Message(3, process ?? new()).Message(5, thread ?? new()).ToArray();

    /// <summary>The part of a process with the actions of its signals.</summary>
    /// <param name="handled">The signal that has a handler; 0 for none.</param>
    private static ProtoWriter Actions(int handled)
    {
        ProtoWriter process = new();
        foreach (int signal in Enumerable.Range(1, 64).Except([9, 19]))
        {
            process.Raw(Action(signal == handled ? 0x4000 : signal % 2)); // the others are ignored or have the default action
        }

        return process;
    }

    private static byte[] Action(long handler) => new ProtoWriter().Message(15, new ProtoWriter().Number(1, handler).Number(2, 0)).ToArray();

    private static byte[] Queue(int signal)
    {
        byte[] info = new byte[128];
        info[0] = (byte)signal;
        return new ProtoWriter().Message(1, new ProtoWriter().Bytes(1, info)).ToArray();
    }
}
