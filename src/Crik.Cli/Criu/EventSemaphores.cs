namespace Crik.Criu;

/// <summary>Finds the descriptors of eventfd(2) with EFD_SEMAPHORE. criu makes them again without it (criu/eventfd.c).</summary>
internal static class EventSemaphores
{
    public static IEnumerable<DescriptorHolder> Read(IReadOnlyList<OpenDescriptor> open) =>
        open.Where(file => file.Target == "anon_inode:[eventfd]").Select(file => new DescriptorHolder(file.Pid, file.Number)).Where(IsOne);

    public static bool IsOne(DescriptorHolder file) =>
        ProcFs.Field(ProcFs.Lines($"/proc/{file.Pid}/fdinfo/{file.Descriptor}"), "eventfd-semaphore:") == "1";
}
