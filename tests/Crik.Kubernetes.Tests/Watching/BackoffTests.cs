using Crik.Kubernetes.Watching;

namespace Crik.Kubernetes.Tests.Watching;

public sealed class BackoffTests
{
    [Fact]
    public void Pauses_double_up_to_the_maximum_and_start_again_after_a_success()
    {
        Backoff backoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), () => 1);

        Assert.Equal([200, 400, 800, 1600, 3200, 5000, 5000], Enumerable.Range(0, 7).Select(_ => backoff.Next().TotalMilliseconds));
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(5000, backoff.Next().TotalMilliseconds);
        }

        backoff.Reset();
        Assert.Equal(200, backoff.Next().TotalMilliseconds);
    }

    [Fact]
    public void Half_of_a_pause_is_random() =>
        Assert.Equal(
            [100, 150, 200],
            ((double[])[0, 0.5, 1]).Select(chance => new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), () => chance).Next().TotalMilliseconds));
}
