namespace Crik.Control;

/// <summary>A checkpoint that somebody ordered.</summary>
/// <param name="answer">Called at most once, on any thread; must not block.</param>
internal sealed class ControlOrder(bool leaveRunning, Action<ControlAnswer> answer)
{
    private int _isAnswered;

    /// <summary>The program is to run on after the checkpoint.</summary>
    public bool LeaveRunning => leaveRunning;

    /// <summary>Does not block. A second answer is ignored, and so is one to somebody who has gone.</summary>
    public void Answer(ControlAnswer result)
    {
        if (Interlocked.Exchange(ref _isAnswered, 1) == 0)
        {
            answer(result);
        }
    }
}
