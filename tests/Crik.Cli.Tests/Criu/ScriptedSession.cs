using Crik.Criu;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;
using Crik.Tests.Init;

namespace Crik.Tests.Criu;

/// <summary>A criu that plays a list of events, and records what crik sends to it.</summary>
internal sealed class ScriptedSession(IEnumerable<CriuEvent> script) : ICriuSession
{
    private readonly Queue<CriuEvent> _script = new(script);

    public ChildProcess Process { get; init; } = new(ScriptedInit.NobodysPid);

    public int EndSignal { get; init; }

    public int Notifications { get; private set; }

    /// <summary>crik's answers to the notifications: whether criu is to go on.</summary>
    public List<bool> Answers { get; } = [];

    public bool WasGivenUp { get; private set; }

    public bool WasKilled { get; private set; }

    public bool IsDisposed { get; private set; }

    public void Send(byte[] request) => TrySend(request);

    public void TrySend(byte[] request)
    {
        ProtoReader reader = new(request);
        long type = 0;
        long goesOn = 0;
        while (reader.Next())
        {
            type = reader.Field == 1 ? (long)reader.Number : type;
            goesOn = reader.Field == 3 ? (long)reader.Number : goesOn;
        }

        if (type == CriuRequest.Notify)
        {
            Answers.Add(goesOn != 0);
        }
    }

    public CriuReply Receive(Deadline deadline, Func<bool>? giveUp = null, Progress? progress = null)
    {
        while (_script.TryPeek(out CriuEvent? next))
        {
            switch (next)
            {
                case CriuEvent.Meanwhile meanwhile:
                    _script.Dequeue();
                    meanwhile.Happens();
                    continue;
                case CriuEvent.Says said: // what is there to be read comes before everything else, as in the real one
                    _script.Dequeue();
                    Notifications += said.Message.Type == CriuRequest.Notify ? 1 : 0;
                    return new CriuReply.Said(said.Message);
                case CriuEvent.Ends:
                    return new CriuReply.Ended();
                default:
                    return giveUp?.Invoke() == true ? new CriuReply.Interrupted() : new CriuReply.TimeIsUp();
            }
        }

        return new CriuReply.Ended();
    }

    public void GiveUp(TimeSpan patience) => WasGivenUp = true;

    public void WaitForEnd()
    {
    }

    public void Kill() => WasKilled = true;

    public void Dispose() => IsDisposed = true;
}
