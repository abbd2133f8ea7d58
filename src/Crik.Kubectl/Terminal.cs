namespace Crik.Kubectl;

/// <summary>What a command reads from and writes to, and the variables that it may look at.</summary>
internal sealed record Terminal(Stream Output, Stream Error, Stream Input, Func<string, string?> Environment)
{
    public static Terminal OfProcess { get; } = new(
        Console.OpenStandardOutput(), Console.OpenStandardError(), Console.OpenStandardInput(), System.Environment.GetEnvironmentVariable);

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public Task PrintAsync(string text) => WriteAsync(Output, text);

    public Task PrintErrorAsync(string text) => WriteAsync(Error, text);

    private static async Task WriteAsync(Stream stream, string text)
    {
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
        await stream.FlushAsync();
    }
}
