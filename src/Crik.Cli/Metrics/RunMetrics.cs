namespace Crik.Metrics;

/// <summary>Shows the figures of a run, as text for <c>crik status -o prometheus</c> and in metricsFile.</summary>
internal sealed class RunMetrics : IDisposable
{
    private readonly MetricsFile? _file;
    private volatile Func<RunFigures> _figures;
    private volatile bool _hasEnded;

    /// <param name="path">metricsFile; <see langword="null"/> for none.</param>
    public RunMetrics(string? path, Func<RunFigures> figures)
    {
        _figures = figures;
        _file = path is null ? null : MetricsFile.Start(path, Text);
        Note();
    }

    /// <summary>Called on other threads; must not block.</summary>
    public Func<RunFigures> Figures
    {
        set => _figures = value;
    }

    public string Text() => MetricsText.Of(_figures(), _hasEnded);

    /// <summary>Has metricsFile written, because something has changed. Returns at once.</summary>
    public void Note() => _file?.Note();

    /// <summary>Has the last figures written while crik does what is left to do.</summary>
    public void NoteEnd()
    {
        _hasEnded = true;
        Note();
    }

    /// <summary>Waits for a bounded time until the last figures are written.</summary>
    public void Dispose()
    {
        _hasEnded = true;
        _file?.Dispose();
    }
}
