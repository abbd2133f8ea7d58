namespace Crik.Kubectl.Tests.Commands;

/// <summary>Stands in for a terminal at which nobody types: a read does not end, also when it is cancelled.</summary>
internal sealed class DeafStream : MemoryStream
{
    public TaskCompletionSource IsRead { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        IsRead.SetResult();
        await new TaskCompletionSource().Task;
    }
}
