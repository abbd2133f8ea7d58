using System.Collections.Concurrent;
using Crik.Hosting;
using Crik.Operator.Admission;

namespace Crik.Operator.Serving;

/// <summary>Counts what the webhook answered.</summary>
internal sealed class AdmissionMetrics
{
    private static readonly AdmissionOutcome[] s_outcomes = Enum.GetValues<AdmissionOutcome>();

    private readonly long[] _outcomes = new long[s_outcomes.Length];
    private readonly ConcurrentDictionary<string, long> _skipped = new(StringComparer.Ordinal);
    private readonly Histogram _seconds = new();
    private long _refused;
    private long _afresh;

    public void Count(AdmissionResponse response, TimeSpan took)
    {
        Interlocked.Increment(ref _outcomes[(int)response.Outcome]);
        _seconds.Add(took);
        if (response.NotRestored is not null)
        {
            Interlocked.Increment(ref _afresh);
        }

        if (response.SkipReason is { } reason)
        {
            _skipped.AddOrUpdate(reason, 1, static (_, count) => count + 1);
        }
    }

    /// <summary>Counts a body that is no AdmissionReview.</summary>
    public void CountRefused() => Interlocked.Increment(ref _refused);

    public void WriteTo(PrometheusText text)
    {
        text.Family("crik_injections_total", "counter", "Pods about which the API server asked, by what became of them.");
        foreach (AdmissionOutcome outcome in s_outcomes)
        {
            text.Sample("crik_injections_total", $"outcome=\"{Name(outcome)}\"", Volatile.Read(ref _outcomes[(int)outcome]));
        }

        text.Family("crik_injections_skipped_total", "counter", "Pods that asked for injection and stayed as they were, by reason.");
        foreach ((string reason, long count) in _skipped.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            text.Sample("crik_injections_skipped_total", $"reason=\"{reason}\"", count);
        }

        text.Metric("crik_restores_fresh_total", "counter", "Pods that asked for a restore and start afresh.", Interlocked.Read(ref _afresh));
        text.Metric("crik_injection_bodies_refused_total", "counter", "Requests whose body was no AdmissionReview.", Interlocked.Read(ref _refused));
        text.Family("crik_injection_duration_seconds", "histogram", "Time from a request of the API server to its answer.");
        _seconds.WriteTo(text, "crik_injection_duration_seconds", "");
    }

    private static string Name(AdmissionOutcome outcome) => outcome switch
    {
        AdmissionOutcome.Injected => "injected",
        AdmissionOutcome.Skipped => "skipped",
        AdmissionOutcome.Restored => "restored",
        AdmissionOutcome.Refused => "refused",
        AdmissionOutcome.AlreadyInjected => "already-injected",
        _ => "not-asked-for",
    };
}
