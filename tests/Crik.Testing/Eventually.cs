using System.Diagnostics;

namespace Crik.Testing;

/// <summary>
/// Waits until a condition is true. The patience is much longer than the wait ever is, so that a busy machine fails no
/// test.
/// </summary>
public static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <param name="what">
    /// What the condition stands for. It is the message when the condition never becomes true.
    /// </param>
    public static void True(Func<bool> condition, string what) => Found(() => condition() ? what : null, what);

    /// <summary>
    /// Waits until something is found. A look that fails, for instance because a command fails, is repeated.
    /// </summary>
    public static T Found<T>(Func<T?> find, string what)
        where T : class
    {
        long began = Stopwatch.GetTimestamp();
        string problem = "nothing was found";
        while (Stopwatch.GetElapsedTime(began) < s_patience)
        {
            try
            {
                if (find() is { } found)
                {
                    return found;
                }
            }
            catch (InvalidOperationException exception)
            {
                problem = exception.Message;
            }

            Thread.Sleep(10);
        }

        throw new TimeoutException($"It did not happen within {s_patience}: {what}. The last problem: {problem}");
    }

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > s_patience)
            {
                throw new TimeoutException($"It did not happen within {s_patience}: {what}");
            }

            await Task.Delay(10);
        }
    }

    public static Task<T> InTimeAsync<T>(Task<T> task) => task.WaitAsync(s_patience);

    public static Task InTimeAsync(Task task) => task.WaitAsync(s_patience);
}
