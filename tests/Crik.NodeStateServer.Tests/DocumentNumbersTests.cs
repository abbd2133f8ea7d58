using System.Text.RegularExpressions;
using Crik.Hosting;
using Crik.Hosting.Callers;
using Crik.Kubernetes.Api;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Endpoints;
using Crik.NodeStateServer.Pods;
using Crik.NodeStateServer.Signals;
using Crik.NodeStateServer.State;
using Crik.NodeStateServer.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.NodeStateServer.Tests;

/// <summary>Compares the numbers in the documents about the server with the code that they come from.</summary>
public sealed class DocumentNumbersTests
{
    private const string Guide = "docs/node-state-server.md";
    private static readonly ServerOptions s_defaults = new();
    private static readonly KestrelServerLimits s_limits = Limits();

    /// <summary>A document, what it says, and the number of the code, which stands there in digits for #, or as a word for @.</summary>
    public static TheoryData<string, string, double> Statements => new()
    {
        { Guide, "The server knows # signals", KnownSignals.All.Count },
        { "CHANGELOG.md", "knows # signs that one goes away", KnownSignals.All.Count },
        { "docs/design/0010-node-state-server.md", "a ring of the last #", ChangeFeed.Remembered },
        { Guide, "the last # changes of the same process", ChangeFeed.Remembered },
        { Guide, "cannot read this one within # ms", typeof(PodDisruptions).Constant<TimeSpan>("s_timeout").TotalMilliseconds },
        { Guide, "sends a comment every # s", typeof(WatchEndpoint).Constant<TimeSpan>("s_heartbeat").TotalSeconds },
        { Guide, "waits for it: # ms", typeof(NodeEndpoints).Constant<TimeSpan>("s_patience").TotalMilliseconds },
        { Guide, "in a long-poll up to # s", typeof(NodeEndpoints).Constant<TimeSpan>("s_pollPatience").TotalSeconds },
        { Guide, "A client that takes nothing for # s", DeliveryLimits.Default.Stall.TotalSeconds },
        { Guide, "the start of a stream after # s", DeliveryLimits.Default.Whole.TotalSeconds },
        { Guide, "been tried again for # minutes more than", typeof(Attempts).Constant<TimeSpan>("s_more").TotalMinutes },
        { Guide, "A new connection must send something within # s", ConnectionLimits.Of(1).FirstByte.TotalSeconds },
        { Guide, "the server keeps # KB for such a client", Listener.ResponseBuffer >> 10 },
        { Guide, "up to # MB of lines wait", QueuedLines.MostBytes >> 20 },
        { Guide, "waits up to # s for the last lines", JsonLines.FlushBound.TotalSeconds },
        { Guide, "share @ copies of the list", NodeSnapshots.Most },
        { Guide, "`--max-lists` | `CRIK_SERVER_MAX_LISTS` | 1 for # connections", typeof(LargeAnswers).Constant<int>("ConnectionsPerList") },
        { Guide, "`--max-streams` | `CRIK_SERVER_MAX_STREAMS` | 1 for # connections", typeof(LargeAnswers).Constant<int>("ConnectionsPerStream") },
        { Guide, "exits with 0 within another # s", Shutdown.Bound.TotalSeconds },
        { Guide, "A good token is remembered for @ minutes", CallerMemory.ForReading.GoodFor.TotalMinutes },
        { Guide, "and a bad one for @ seconds", CallerMemory.ForReading.BadFor.TotalSeconds },
        { Guide, "It counts for at most @ minutes after", CallerMemory.ForReading.GoodAtMost.TotalMinutes },
        { Guide, "before it has its answer, # KB are buffered", Listener.ReceiveBuffer >> 10 },
        { Guide, "used: # connections each", Listener.MostProbes },
        { Guide, "each, # from one address", Listener.MostProbesOfAddress },
        { Guide, "at most # unknown tokens of one address", ReviewQueue.MostOfAddress },
        { Guide, "and # in total", ReviewQueue.MostUnknown },
        { Guide, "looks at the files every # s", typeof(ServingCertificate).Constant<TimeSpan>("s_lookEvery").TotalSeconds },
        { Guide, "may have # KB of request line", s_limits.MaxRequestLineSize >> 10 },
        { Guide, "# headers with", s_limits.MaxRequestHeaderCount },
        { Guide, "headers with # KB in total", s_limits.MaxRequestHeadersTotalSize >> 10 },
        { Guide, "Its headers must arrive within # s", s_limits.RequestHeadersTimeout.TotalSeconds },
        { Guide, "An idle connection is closed after # minutes", s_limits.KeepAliveTimeout.TotalMinutes },
        { Guide, "at most # MB of one object in memory", ResponseBuffer.Most >> 20 },
        { Guide, "subtracts # MiB", typeof(ConnectionLimits).Constant<long>("Reserved") >> 20 },
        { Guide, "divides the rest by # KiB", typeof(ConnectionLimits).Constant<long>("PerConnection") >> 10 },
        { Guide, "A limit of 128 MiB gives # connections", Connections(128) },
        { Guide, "256 MiB give #,", Connections(256) },
        { Guide, "512 MiB give #.", Connections(512) },
    };

    [Theory]
    [MemberData(nameof(Statements))]
    public void A_number_in_a_document_is_that_of_the_code(string document, string statement, double number) =>
        Assert.True(DocumentText.Has(document, statement.With(number)), $"{document} does not say: {statement.With(number)}");

    [Fact]
    public void Every_default_in_the_table_of_flags_is_that_of_the_server()
    {
        (string Flag, string Default)[] rows = [.. File.ReadLines(Repository.In(Guide)).Select(line => Regex.Match(line, @"^\| `(--[a-z-]+)` \|.*?\| `([0-9a-z]+)` \|"))
            .Where(row => row.Success).Select(row => (row.Groups[1].Value, row.Groups[2].Value))];

        Assert.InRange(rows.Length, 12, 30);
        foreach ((string flag, string value) in rows)
        {
            ServerOptions set = CommandLine.Parse([$"{flag}={value}"], _ => null, out _)!;
            Assert.Equal((flag, s_defaults), (flag, set with { Signals = s_defaults.Signals }));
        }
    }

    /// <summary>The document says that three quarters of the memory limit are the heap.</summary>
    private static int Connections(int mebibytes) => ConnectionLimits.For(s_defaults, (long)mebibytes * 3 / 4 << 20).Most;

    private static KestrelServerLimits Limits()
    {
        KestrelServerOptions kestrel = new();
        ConnectionGate gate = new(ConnectionLimits.Of(1), TimeProvider.System, NullLogger<ConnectionGate>.Instance);
        Listener.Configure(kestrel, s_defaults, gate, () => gate);
        return kestrel.Limits;
    }
}
