using System.Diagnostics;

namespace Crik.Diagnostics;

/// <summary>Measures how long each step of a procedure takes. A step that comes twice counts with the sum.</summary>
internal sealed class StepClock(int steps)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _last;

    public TimeSpan Elapsed => _clock.Elapsed;

    public TimeSpan[] Steps { get; } = new TimeSpan[steps];

    /// <summary>Ends a step, which began with the end of the step before.</summary>
    /// <returns>The time since the beginning of the first step.</returns>
    public TimeSpan End(int step)
    {
        TimeSpan now = _clock.Elapsed;
        Steps[step] += now - _last;
        return _last = now;
    }
}
