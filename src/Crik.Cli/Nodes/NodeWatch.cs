using Crik.Contracts;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;

namespace Crik.Nodes;

/// <summary>
/// Knows about the node before it matters: a thread that asks for as long as crik runs. It is started before the program,
/// so that its number is none of the tree's. Whatever happens to it, the program does not notice.
/// </summary>
internal sealed class NodeWatch : IDisposable
{
    private static readonly TimeSpan s_mostPause = TimeSpan.FromSeconds(30);

    private readonly NodeSource _source;
    private readonly FileDescriptor _news = Libc.MakeEventDescriptor();
    private readonly FileDescriptor _stop = Libc.MakeEventDescriptor();
    private NodeAnswer _latest = NodeAnswer.Unknown("there was no answer yet");

    private NodeWatch(NodeSource source)
    {
        _source = source;
        new Thread(Watch, maxStackSize: 256 << 10) { IsBackground = true, Name = "node" }.Start();
    }

    /// <summary>What was last heard; what is not known now does not take back what was.</summary>
    public NodeAnswer Latest => Volatile.Read(ref _latest);

    /// <summary>Readable after <see cref="Latest"/> has changed, until <see cref="TakeNews"/>.</summary>
    public int NewsDescriptor => _news.Number;

    public static NodeWatch Start(NodeSource source)
    {
        Log.Debug($"asking {source.Name} about this node");
        return new NodeWatch(source);
    }

    public NodeAnswer TakeNews()
    {
        Span<byte> count = stackalloc byte[8];
        if (Libc.PollForReading(_news) != 0)
        {
            Libc.TryRead(_news, count);
        }

        return Latest;
    }

    /// <summary>
    /// What is so now: asked again, on a connection of its own. The kubelet publishes the shutdown of its node while it
    /// already ends the pods, so until time is up an answer that decides is waited for.
    /// </summary>
    /// <param name="decides">Whether nothing that may still come would change what is done.</param>
    public NodeAnswer AskNow(Supervisor supervisor, TimeSpan timeout, Func<NodeAnswer, bool> decides)
    {
        Deadline deadline = Deadline.In(timeout);
        NodeAnswer now = decides(Latest) ? Latest : AskAgain(supervisor, deadline, timeout);
        while (!decides(now) && !deadline.HasPassed)
        {
            supervisor.Wait(() => decides(Latest), deadline, _news.Number);
            TakeNews();
            now = decides(Latest) ? Latest : now;
        }

        return now;
    }

    public void Dispose() => _ = Libc.TryWrite(_stop.Number, BitConverter.GetBytes(1UL)); // the thread ends by it, or with crik

    private void Watch()
    {
        NodeAnswer known = NodeAnswer.Unknown("");
        string? problem = null;
        TimeSpan pause = TimeSpan.FromSeconds(1);
        while (true)
        {
            try
            {
                long began = Environment.TickCount64;
                NodeAnswer answer = _source.AskForChange(known, _stop.Number);
                if (problem is not null)
                {
                    Log.Info($"{_source.Name} answers again");
                    (problem, pause) = (null, TimeSpan.FromSeconds(1));
                }

                bool isNew = answer.State != known.State || answer.Reason != known.Reason || answer.Deadline != known.Deadline;
                known = answer;
                if (isNew)
                {
                    Publish(answer);
                }
                else if (Environment.TickCount64 - began < _source.Pause.TotalMilliseconds && Sleeps(_source.Pause))
                {
                    return;
                }
            }
            catch (HttpException exception)
            {
                if (problem is null)
                {
                    Log.Warning($"{_source.Name} does not say how this node is", ("reason", exception.Message));
                }

                problem = exception.Message;
                if (Sleeps(pause * (0.5 + (Random.Shared.NextDouble() / 2))))
                {
                    return;
                }

                pause = pause * 2 < s_mostPause ? pause * 2 : s_mostPause;
            }
#pragma warning disable CA1031 // an exception that leaves a thread would end the init and with it the program
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.Error($"crik has stopped asking about this node, which is a bug: {exception}");
                return;
            }
        }
    }

    private void Publish(NodeAnswer answer)
    {
        Log.Debug("the node", ("state", answer.State.ToWireName()), ("because", answer.Reason));
        Volatile.Write(ref _latest, answer);
        _ = Libc.TryWrite(_news.Number, BitConverter.GetBytes(1UL));
    }

    private NodeAnswer AskAgain(Supervisor supervisor, Deadline deadline, TimeSpan timeout)
    {
        NodeAnswer? answer = null;
        if (timeout > TimeSpan.Zero && !BackgroundWork.Run(supervisor, deadline, _ => Volatile.Write(ref answer, AskOrSayWhyNot(deadline))))
        {
            return NodeAnswer.Unknown($"{_source.Name} did not answer within {timeout.TotalSeconds} s");
        }

        return answer ?? Latest;
    }

    private NodeAnswer AskOrSayWhyNot(Deadline deadline)
    {
        try
        {
            return _source.Ask(deadline);
        }
        catch (HttpException exception)
        {
            return NodeAnswer.Unknown($"{_source.Name}: {exception.Message}");
        }
    }

    /// <returns>Whether it is over.</returns>
    private bool Sleeps(TimeSpan time) => Libc.PollForReading(_stop, (int)time.TotalMilliseconds) != 0;
}
