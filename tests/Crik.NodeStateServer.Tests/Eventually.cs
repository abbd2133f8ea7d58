using System.Diagnostics;

namespace Crik.NodeStateServer.Tests;

/// <summary>Waits for something to become true, and says what did not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < s_deadline, $"never: {what}");
            await Task.Delay(10);
        }
    }

    public static Task<T> InTimeAsync<T>(Task<T> task) => task.WaitAsync(s_deadline);

    public static Task InTimeAsync(Task task) => task.WaitAsync(s_deadline);
}
