using Crik.Configuration;
using Crik.Policy;
using Crik.Run;
using Crik.Store;
using Crik.Tests.Store;

namespace Crik.Tests.Run;

/// <summary>A crik that runs on a slot and does with the disk what a real one does. Its program is a name, which each checkpoint has.</summary>
internal sealed class SlotCrik : IDisposable
{
    private readonly ImageDirectoryClaim _claim;
    private readonly CheckpointStore _store;
    private RunRecord _record;

    private SlotCrik(ImageDirectoryClaim claim, PodIdentity pod, string fresh)
    {
        _claim = claim;
        _store = new CheckpointStore(claim.Directory);
        RunRecord? last = _store.ReadRunRecord();
        IReadOnlyList<int> restored = StartDecision.Decide(last, _store.Generations(), RestoreMode.Once, WhenCrashed.Restore).Generations;
        RestoredFrom = restored.Count > 0 ? restored[0] : null;
        Program = RestoredFrom is { } generation ? ManifestReader.ReadAlone(_store.PathOf(generation), generation).Command[0] : fresh;
        _record = new RunRecord
        {
            RunId = "r",
            StartedAt = default,
            HostName = pod.HostName,
            PodUid = pod.Uid,
            BootId = pod.BootId,
            RestoredFrom = RestoredFrom,
            Epoch = _store.Epoch,
            HistoryUpTo = RestoredFrom is null ? StartDecision.HistoryAfterFreshStart(last, _store.NewestGeneration(), givesUpNothing: true) : last?.HistoryUpTo ?? 0,
        };
        _store.WriteRunRecord(_record);
    }

    public string Program { get; }

    public int Slot => _claim.Slot!.Value;

    public int? RestoredFrom { get; }

    public static StartPolicy Policy(int slots) => new CrikOptions { ImageDirSlots = slots, LockTimeout = TimeSpan.Zero }.Start;

    /// <param name="fresh">The name of the program if it is started afresh.</param>
    /// <returns><see langword="null"/> when crik would wait.</returns>
    public static SlotCrik? Start(string imageDir, int slots, PodIdentity pod, string fresh)
    {
        SlotPool pool = new(imageDir, Policy(slots), WhenRestoreFails.Fail, pod);
        try
        {
            return new SlotCrik(pool.Take(_ => true)!, pod, fresh);
        }
        catch (CheckpointException exception) when (exception.Kind == FailureKind.Locked)
        {
            return null;
        }
    }

    /// <param name="minute">When it is made.</param>
    public void Checkpoint(int minute) => CheckpointFixture.AddAt(_claim.Directory.Path, _store.NewestGeneration() + 1, Program, DateTimeOffset.UnixEpoch.AddMinutes(minute));

    public void End(RunEndKind kind)
    {
        _record = _record with
        {
            HistoryUpTo = kind == RunEndKind.Exited ? _store.NewestGeneration() : _record.HistoryUpTo,
            End = new RunEnd(kind, default, 0, 0),
        };
        _store.WriteRunRecord(_record);
        Dispose();
    }

    /// <summary>The run vanishes: only its lock is released.</summary>
    public void Dispose() => _claim.Dispose();
}
