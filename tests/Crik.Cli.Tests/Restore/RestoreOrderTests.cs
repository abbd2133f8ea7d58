using Crik.Criu;
using Crik.Restore;
using Crik.Store;
using Crik.Tests.Criu;
using Crik.Tests.Init;

namespace Crik.Tests.Restore;

/// <summary>Plays every order of criu's messages with SIGTERM at every point, and checks what must be true after each.</summary>
public sealed class RestoreOrderTests : IDisposable
{
    private readonly RestoreFixture _fixture = new(1);
    private readonly List<string> _violations = [];

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void After_every_order_the_program_runs_once_or_nothing_is_left_of_it()
    {
        CheckpointManifest manifest = ManifestReader.Read(_fixture.Store.PathOf(1), 1);
        string before = _fixture.Contents(1);
        int count = 0;
        foreach (RestoreOrder order in RestoreOrder.All())
        {
            Play(order, manifest);
            count++;
        }

        Assert.True(_violations.Count == 0, Describe(count));
        Assert.True(count > 3000, $"only {count} orders");
        Assert.Equal(before, _fixture.Contents(1));
    }

    /// <summary>The first order of each kind, so that one kind does not hide the others.</summary>
    private string Describe(int count) => $"{_violations.Count} in {count} orders:\n"
        + string.Join('\n', _violations.GroupBy(violation => violation.Split(':')[0]).Select(kind => $"{kind.Count()} times: {kind.First()}"));

    private void Play(RestoreOrder order, CheckpointManifest manifest)
    {
        ScriptedInit init = new();
        ScriptedRestoredTree tree = new(init) { IsTorn = order.RestoreEnd == RestoreEnd.EndThatTearsTree };
        int awaited = 0;
        init.WhenAwaited = root =>
        {
            awaited++;
            tree.DiesWithCriu = order.RestoreEnd == RestoreEnd.EndThatKillsTree ? root : null;
        };

        ScriptedCriu criu = new(Script(order, init));
        RestoreAttempt attempt = new(_fixture.Pod(init, criu), tree, manifest, () => tree.Steps.Add("before resume"));

        RestoreOutcome outcome = attempt.Run();

        Check(order, outcome, init, tree, criu.Started.Single());
        bool runs = outcome is RestoreOutcome.Restored;
        if (awaited != (runs || order.WasComplete ? 1 : 0) || init.Forgotten.Count != (runs ? 0 : awaited))
        {
            _violations.Add($"the init waits for a program that runs, and for no other: {order}: {outcome}; awaited {awaited}, forgotten {init.Forgotten.Count}");
        }

        foreach (string left in _fixture.Attempts())
        {
            Directory.Delete(left, recursive: true);
        }
    }

    private static List<CriuEvent> Script(RestoreOrder order, ScriptedInit init)
    {
        List<CriuEvent> script = [];
        for (int i = 0; i <= order.Messages.Length; i++)
        {
            if (order.TerminatedAt == i)
            {
                script.Add(new CriuEvent.Meanwhile(() => init.Receive(Crik.Linux.Signal.SIGTERM)));
            }

            if (i < order.Messages.Length)
            {
                script.Add(order.Messages[i] switch
                {
                    'a' => CriuEvent.Notifies("pre-restore"),
                    'b' => CriuEvent.Notifies("post-restore"),
                    'c' => CriuEvent.Notifies("pre-resume"),
                    'f' => CriuEvent.Answers(CriuRequest.Features, success: true),
                    _ => CriuEvent.Notifies("\u0001 no such script"),
                });
            }
        }

        script.Add(order.RestoreEnd switch
        {
            RestoreEnd.Success => CriuEvent.Answers(CriuRequest.Restore, success: true),
            RestoreEnd.Failure => CriuEvent.Answers(CriuRequest.Restore, success: false),
            RestoreEnd.WrongType => CriuEvent.Answers(CriuRequest.Dump, success: true),
            RestoreEnd.Silence => new CriuEvent.KeepsSilent(),
            _ => new CriuEvent.Ends(),
        });
        return script;
    }

    private void Check(RestoreOrder order, RestoreOutcome outcome, ScriptedInit init, ScriptedRestoredTree tree, ScriptedSession criu)
    {
        void That(bool holds, string what)
        {
            if (!holds)
            {
                _violations.Add($"{what}: {order}: {outcome}; {string.Join(", ", tree.Steps)}");
            }
        }

        bool runs = outcome is RestoreOutcome.Restored;
        int resumed = tree.Steps.Count(step => step == "before resume");
        That(runs == order.Runs, order.Runs ? "the program must run" : "the program must not run");
        That(runs || outcome is RestoreOutcome.Interrupted == order.IsTerminated, "SIGTERM is no failure of the checkpoint");
        That(resumed <= 1, "what comes before the program runs is done once");
        That(resumed == 1 || !order.WasResumed, "it is done whenever the program may run");
        That(resumed == 0 || tree.Steps.IndexOf("before resume") == tree.Steps.IndexOf("prepare") + 1, "the tree is prepared first");
        That(criu.IsDisposed, "criu is ended");
        That(criu.Answers.Count == criu.Notifications && criu.Answers.All(goesOn => goesOn), "every notification is answered");
        if (runs)
        {
            That(!tree.Steps.Contains("end remains"), "a program that runs is not ended");
            That(_fixture.Attempts().Length == 0, "nothing is left of a restore that went well");
        }
        else
        {
            That(tree.Steps[^1] == "end remains", "what is left of the tree is ended");
            That(criu.WasKilled, "criu is not left behind");
        }
    }
}
