using Crik.Criu;
using Crik.Init;
using Crik.Linux;
using Crik.Save;
using Crik.Store;
using Crik.Tests.Criu;
using Crik.Tests.Init;

namespace Crik.Tests.Save;

/// <summary>Plays every order of criu's messages and of events elsewhere, and checks what must be true after each.</summary>
public sealed class SaveOrderTests : IDisposable
{
    private const int ProgramPid = ScriptedInit.NobodysPid - 1;
    private const int UserSignal = 10;
    private readonly SaveFixture _fixture = new();
    private readonly List<string> _violations = [];

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_every_order_the_program_runs_or_its_checkpoint_is_there(bool leaveRunning)
    {
        int count = 0;
        foreach (SaveOrder order in SaveOrder.All(leaveRunning))
        {
            Play(order);
            count++;
        }

        Assert.True(_violations.Count == 0, Describe(count));
        Assert.True(count > 1000, $"only {count} orders");
    }

    /// <summary>The first order of each kind, so that one kind does not hide the others.</summary>
    private string Describe(int count) => $"{_violations.Count} in {count} orders:\n"
        + string.Join('\n', _violations.GroupBy(violation => violation.Split(':')[0]).Select(kind => $"{kind.Count()} times: {kind.First()}"));

    private void Play(SaveOrder order)
    {
        ChildProcess program = new(ProgramPid);
        ScriptedInit init = new() { Program = program };
        List<SavePhase> letGo = [];
        bool criuEndsTree = !order.LeaveRunning && order.SaveEnd == SaveEnd.Success && order.Event == Elsewhere.Nothing;
        ScriptedTree tree = new(program)
        {
            CriuLostIt = order.Event == Elsewhere.LossOfTree,
            WhenHeld = order.Event == Elsewhere.ReleaseAtHold ? init.TakeProgramAway : null,
            WhenLetGo = () => letGo.Add(init.State.Phase),
        };
        TakenDirectory? taken = null;
        init.WhenSaveBegins = () => init.Receive(UserSignal);
        init.WhenCommitWasAllowed = order.Event == Elsewhere.ReleaseAtCommit ? init.TakeProgramAway : null;
        if (!order.LeaveRunning)
        {
            init.Receive(Crik.Linux.Signal.SIGTERM);
        }

        List<CriuEvent> script = Script(order, init, criuEndsTree ? () => EndTree(program, init) : null);
        if (order.Event == Elsewhere.LossOfVolume)
        {
            script.Insert(1, new CriuEvent.Meanwhile(() => taken = new(_fixture.ImageDir)));
        }

        ScriptedCriu criu = new(script);
        SaveRequest request = new(program, SaveFixture.Run, new ProgramIdentity(["app"], []), order.LeaveRunning, Deadline.In(TimeSpan.FromMinutes(10)));
        SaveAttempt attempt = new(_fixture.Pod(init, criu), _fixture.Policy, tree, request, before: null);

        SaveOutcome outcome = attempt.Run();
        taken?.Dispose();

        Check(order, outcome, program, init, tree, criu.Started.Single());
        if (letGo.Contains(SavePhase.Committed))
        {
            _violations.Add($"a program that ends with its checkpoint is never let go: {order}");
        }

        CleanUp(outcome);
    }

    /// <summary>criu ends the tree after a good dump that crik told it to finish.</summary>
    private static void EndTree(ChildProcess program, ScriptedInit init)
    {
        if (init.State.Phase == SavePhase.Committed)
        {
            program.NoteEnd(9);
        }
    }

    private static List<CriuEvent> Script(SaveOrder order, ScriptedInit init, Action? atSuccess)
    {
        List<CriuEvent> script = [CriuEvent.Version()];
        for (int i = 0; i <= order.Messages.Length; i++)
        {
            if (order.At == i && order.Event == Elsewhere.Termination)
            {
                script.Add(new CriuEvent.Meanwhile(() => init.Receive(Crik.Linux.Signal.SIGTERM)));
            }
            else if (order.At == i && order.Event == Elsewhere.Release)
            {
                script.Add(new CriuEvent.Meanwhile(init.TakeProgramAway));
            }

            if (i < order.Messages.Length)
            {
                script.Add(CriuEvent.Notifies(order.Messages[i] switch { 'q' => "query-ext-files", 'p' => "post-dump", _ => "network-lock" }));
            }
        }

        if (atSuccess is not null)
        {
            script.Add(new CriuEvent.Meanwhile(atSuccess));
        }

        script.Add(order.SaveEnd switch
        {
            SaveEnd.Success => CriuEvent.Answers(CriuRequest.Dump, success: true),
            SaveEnd.Failure => CriuEvent.Answers(CriuRequest.Dump, success: false),
            SaveEnd.WrongType => CriuEvent.Answers(CriuRequest.Features, success: true),
            SaveEnd.End => new CriuEvent.Ends(),
            _ => new CriuEvent.KeepsSilent(),
        });
        return script;
    }

    private void Check(SaveOrder order, SaveOutcome outcome, ChildProcess program, ScriptedInit init, ScriptedTree tree, ScriptedSession criu)
    {
        void That(bool holds, string what)
        {
            if (!holds)
            {
                _violations.Add($"{what}: {order}: {outcome}");
            }
        }

        bool isCommitted = outcome is SaveOutcome.Committed;
        bool endsProgram = isCommitted && !order.LeaveRunning;
        That(order.IsCommitted is null || isCommitted == order.IsCommitted, isCommitted ? "there must be no checkpoint" : "there must be a checkpoint");
        That(_fixture.New().SequenceEqual(outcome is SaveOutcome.Committed { Generation: var made } ? [made] : []), "what is under checkpoints/ is what was reported");
        That(Directory.Exists(_fixture.Store.PathOf(SaveFixture.Older)), "an older checkpoint stays");
        That(!init.CommittedUnasked, "nothing is committed before the init allows it");
        That(criu.IsDisposed, "criu is ended");
        That(isCommitted || criu.WasGivenUp || order.LeaveRunning, "criu is told to undo its dump");
        That(criu.Answers.Count == criu.Notifications, "every notification is answered");
        That(program.HasExited == endsProgram, "the program ends with its last checkpoint and only with it");
        That(!tree.WasKilled || endsProgram, "nobody is killed without a checkpoint");
        That((init.State.Phase == SavePhase.Committed) == endsProgram, "the init knows whether the program ends");
        That(init.State.ReleaseAt == long.MaxValue || endsProgram, "the init's time limit is over");
        That(init.Sent.Count(sent => sent == (ProgramPid, UserSignal)) == (endsProgram ? 0 : 1), "a signal that was kept back is forwarded once");
        if (endsProgram)
        {
            That(tree.IsHeld && tree.WatchesAreOff, "the tree is held until it is dead");
            That(!init.State.WasTerminated, "a program that ends with its checkpoint gets no SIGTERM");
        }
        else
        {
            That(!tree.IsHeld, "the tree is let go");
            That(!tree.WatchesAreOff, "watches are put back on");
        }

        if (outcome is SaveOutcome.Committed committed)
        {
            That(tree.WasHeld || order.LeaveRunning, "the tree was held");
            string path = _fixture.Store.PathOf(committed.Generation);
            That(ManifestReader.Read(path, committed.Generation).HasFiles, "the checkpoint is whole and has files");
        }
    }

    private void CleanUp(SaveOutcome outcome)
    {
        if (outcome is SaveOutcome.Committed committed)
        {
            Directory.Delete(_fixture.Store.PathOf(committed.Generation), recursive: true);
        }

        _fixture.Store.RemoveLeftovers(() => false);
    }

    /// <summary>An image directory whose lock another pod has taken, until it gives it back.</summary>
    private sealed class TakenDirectory : IDisposable
    {
        private readonly string _lock;
        private bool _isGivenBack;

        public TakenDirectory(string imageDir)
        {
            _lock = Path.Combine(imageDir, "lock");
            File.Move(_lock, _lock + ".ours");
            File.WriteAllText(_lock, "{}");
        }

        public void Dispose()
        {
            if (!_isGivenBack)
            {
                _isGivenBack = true;
                File.Move(_lock + ".ours", _lock, overwrite: true);
            }
        }
    }
}
