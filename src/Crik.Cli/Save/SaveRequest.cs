using Crik.Init;
using Crik.Store;

namespace Crik.Save;

/// <summary>What a checkpoint is made of, and by when.</summary>
/// <param name="Command">What crik was told to run.</param>
/// <param name="LeaveRunning">The program goes on afterwards instead of being ended.</param>
/// <param name="Deadline">When the checkpoint has to be committed.</param>
internal sealed record SaveRequest(ChildProcess Program, RunRecord Run, IReadOnlyList<string> Command, bool LeaveRunning, Deadline Deadline);
