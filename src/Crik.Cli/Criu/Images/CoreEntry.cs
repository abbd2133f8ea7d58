using System.Buffers.Binary;

namespace Crik.Criu.Images;

/// <summary>The state of a thread, and of its process if it is the first one: <c>core-TID.img</c>.</summary>
/// <remarks>core_entry of criu's images/core.proto, and its task_core_entry, thread_core_entry and creds_entry.</remarks>
internal readonly ref struct CoreEntry(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private readonly ReadOnlySpan<byte> _task = ProtoReader.FindBytes(message, TaskField);
    private readonly ReadOnlySpan<byte> _thread = ProtoReader.FindBytes(message, ThreadField);
    private readonly ReadOnlySpan<byte> _processor = ProtoReader.FindBytes(message, ProcessorField);

    private const int ProcessorField = 2; // thread_info_x86; other architectures have other fields
    private const int TaskField = 3;
    private const int ThreadField = 5;
    private const int RegistersField = 2; // of thread_info_x86
    private const int BlockedInProcessField = 5;
    private const int BlockedInThreadField = 6;
    private const int ReceivedByThreadField = 9;
    private const int ReceivedByProcessField = 10;
    private const int CredentialsField = 10;
    private const int PermittedField = 10;
    private const int ActionsField = 15;
    private const int SignalField = 1; // of signal_queue_entry, and of siginfo_entry in it
    private const int HandlerField = 1; // of sa_entry

    public TaskState State => (TaskState)ProtoReader.FindNumber(_task, 1);

    /// <summary>The short name, as in <c>/proc/PID/comm</c>.</summary>
    public string Name => ProtoReader.FindText(_task, 6);

    /// <summary>The user that the thread runs as.</summary>
    public uint UserId => (uint)ProtoReader.FindNumber(Credentials, 1);

    /// <summary>The capabilities that the thread has or may give itself, as bits of capabilities(7). The field has 32 of them in each place.</summary>
    public ulong Permitted
    {
        get
        {
            ProtoReader credentials = new(Credentials);
            ulong low = credentials.MoveTo(PermittedField) ? credentials.Number : 0;
            return credentials.MoveTo(PermittedField) ? low | (credentials.Number << 32) : low;
        }
    }

    private ReadOnlySpan<byte> Credentials => ProtoReader.FindBytes(_thread, CredentialsField);

    /// <summary>The registers on x86-64; empty on other architectures, and for a process that has ended.</summary>
    public RegistersEntry Registers => new(ProtoReader.FindBytes(_processor, RegistersField));

    /// <summary>The signals that the thread blocks. Bit N-1 stands for signal N, here and below.</summary>
    public ulong BlockedSignals => ProtoReader.FindNumber(_thread, BlockedInThreadField, ProtoReader.FindNumber(_task, BlockedInProcessField));

    /// <summary>The signals that wait for this thread.</summary>
    public ulong PendingSignals => SignalsIn(ProtoReader.FindBytes(_thread, ReceivedByThreadField));

    /// <summary>The signals that wait for any thread of the process.</summary>
    public ulong PendingSignalsOfProcess => SignalsIn(ProtoReader.FindBytes(_task, ReceivedByProcessField));

    /// <summary>The signals for which the process has a handler.</summary>
    public ulong HandledSignals
    {
        get
        {
            const ulong SIG_IGN = 1; // and SIG_DFL is 0
            ulong handled = 0;
            int signal = 0;
            ProtoReader reader = new(_task);
            while (reader.MoveTo(ActionsField))
            {
                signal++;
                signal += signal is Signal.SIGKILL or Signal.SIGSTOP ? 1 : 0; // the image has no actions for these two
                handled |= ProtoReader.FindNumber(reader.Bytes, HandlerField) > SIG_IGN ? Bit(signal) : 0;
            }

            return handled;
        }
    }

    public byte[] WithRegisters(byte[] registers) =>
        ChangedMessage.WithBytes(_message, ProcessorField, ChangedMessage.WithBytes(_processor, RegistersField, registers));

    /// <param name="queue">A signal_queue_entry. Its entries are of siginfo_t, whose first number is the signal.</param>
    private static ulong SignalsIn(ReadOnlySpan<byte> queue)
    {
        ulong signals = 0;
        ProtoReader reader = new(queue);
        while (reader.MoveTo(SignalField))
        {
            signals |= ProtoReader.FindBytes(reader.Bytes, SignalField) is { Length: >= 4 } info ? Bit(BinaryPrimitives.ReadInt32LittleEndian(info)) : 0;
        }

        return signals;
    }

    private static ulong Bit(int signal) => 1UL << (signal - 1);
}

/// <summary>The general registers of a thread on x86-64.</summary>
/// <remarks>user_x86_regs_entry of criu's images/core-x86.proto.</remarks>
internal readonly ref struct RegistersEntry(ReadOnlySpan<byte> message)
{
    private const int ResultField = 11; // ax
    private const int CallField = 16; // orig_ax
    private const int AddressField = 17; // ip
    private const int ModeField = 28;
    private const ulong Native = 1; // of user_x86_regs_mode; the default
    private const int LengthOfSyscall = 2; // the instruction

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>Whether the thread was in 64-bit code.</summary>
    public bool IsNative => !_message.IsEmpty && ProtoReader.FindNumber(_message, ModeField, Native) == Native;

    /// <summary>The result of the system call.</summary>
    public long Result => (long)ProtoReader.FindNumber(_message, ResultField);

    /// <summary>The number of the system call that the thread was in; negative for none, also after a signal handler.</summary>
    public long Call => (long)ProtoReader.FindNumber(_message, CallField, ulong.MaxValue);

    /// <summary>The registers with which the thread makes the same call again.</summary>
    public byte[] BeforeCall() => ChangedMessage.WithNumber(
        ChangedMessage.WithNumber(_message, ResultField, Call), AddressField, (long)ProtoReader.FindNumber(_message, AddressField) - LengthOfSyscall);
}

/// <summary>The state of a process when it was saved (TASK_ALIVE and others, compel/include/uapi/task-state.h).</summary>
internal enum TaskState : ulong
{
    Alive = 1,
    Dead = 2,
    Stopped = 3,
    Zombie = 6,
}
