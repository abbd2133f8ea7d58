using Crik.Kubernetes.Watching;
using Microsoft.Extensions.Logging;

namespace Crik.Operator.Tests;

public sealed class FollowTroublesTests
{
    private static readonly ResourceChange<string> s_missing = Failed(isTypeMissing: true), s_other = Failed(isTypeMissing: false), s_listed = new(ResourceChangeKind.Listed);

    [Fact]
    public void A_missing_type_is_logged_once_with_what_to_do_and_again_after_it_was_there()
    {
        Lines log = new();
        FollowTroubles troubles = new(log, "install it");
        foreach (ResourceChange<string> change in (ResourceChange<string>[])[s_missing, s_missing, s_other, s_other, s_missing, s_listed, s_missing])
        {
            troubles.Seen(change);
        }

        Assert.Equal([14, 13, 13, 14], log.Numbers);
        Assert.Contains("not found; install it", log.First, StringComparison.Ordinal);
    }

    private static ResourceChange<string> Failed(bool isTypeMissing) =>
        new(ResourceChangeKind.Failed, Trouble: new FollowTrouble("not found", true, TimeSpan.FromSeconds(30)) { IsTypeMissing = isTypeMissing });

    /// <summary>Remembers what is logged.</summary>
    private sealed class Lines : ILogger
    {
        public List<int> Numbers { get; } = [];

        public string? First { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Numbers.Add(eventId.Id);
            First ??= formatter(state, exception);
        }
    }
}
