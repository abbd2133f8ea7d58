using System.Text.Json;
using Crik.Diagnostics;

namespace Crik.Tests.Diagnostics;

public sealed class TerminationLogTests
{
    [Fact]
    public void The_line_has_the_facts_that_have_a_value()
    {
        string line = TerminationLog.Line("checkpointed", "the node is \"cordoned\"", [("generation", 7), ("earlyEnds", null), ("exitCode", 143)]);

        Assert.Equal("""{"crik":"checkpointed","generation":7,"exitCode":143,"reason":"the node is \"cordoned\""}""", line);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\u20ac")]
    [InlineData("\uDCFF")]
    [InlineData("\U0001F600")]
    public void A_long_reason_is_cut_so_that_Kubernetes_takes_the_whole_line(string part)
    {
        string line = TerminationLog.Line("failed", string.Concat(Enumerable.Repeat(part, 5000)), [("exitCode", 1)]);

        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(line), 100, 4000);
        Assert.DoesNotContain('\n', line);
        Assert.EndsWith("\u2026", JsonDocument.Parse(line).RootElement.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }
}
