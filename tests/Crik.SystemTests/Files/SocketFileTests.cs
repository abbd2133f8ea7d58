namespace Crik.SystemTests.Files;

/// <summary>Tests Unix sockets whose files have other names, owners or modes than when they were bound.</summary>
public sealed class SocketFileTests
{
    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    [InlineData("nonroot")]
    public void Sockets_are_reached_by_their_present_names_in_every_next_pod(string level)
    {
        using ImageDirectory images = new();
        images.RunGenerations(4, ["--level", level], ["python3", "/programs/sockets.py", "/tmp/sockets"]);
    }

    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    public void A_socket_on_a_volume_replaces_that_of_the_pod_before(string level)
    {
        using ImageDirectory images = new();
        using ImageDirectory volume = new();
        images.RunGenerations(3, ["--level", level, "--mount", $"{volume.Path}:/volume"], ["python3", "/programs/sockets.py", "/volume/sockets"]);
    }

    [LabTheory]
    [Explains("a Unix socket could not get one of its names again")]
    public void A_file_that_has_one_of_the_names_of_a_socket_keeps_it(string message)
    {
        using ImageDirectory images = new();
        using ImageDirectory volume = new();
        using Pod next = AfterReplacing("spare", images, volume);

        next.WaitForLine("crik info: restored");
        next.AssertSaid($"crik warning: {message} path=/volume/spare reason=");
        Assert.Equal("mine", File.ReadAllText(volume.In("spare")));
        next.WaitForCount(4);
        next.End(143);
    }

    [LabTheory]
    [Explains("a Unix socket of the program cannot be bound to its path")]
    public void A_file_in_the_place_of_a_socket_delays_the_restore_and_is_not_replaced(string message)
    {
        using ImageDirectory images = new();
        using ImageDirectory volume = new();
        using Pod next = AfterReplacing("real", images, volume);

        next.WaitForSaid($"crik warning: attempt 1 to restore checkpoint 1: …{message}");
        Assert.Equal("mine", File.ReadAllText(volume.In("real")));
        File.Delete(volume.In("real"));
        next.WaitForLine("crik info: restored");
        next.WaitForCount(4);
        next.End(143);
    }

    /// <summary>Saves a server whose socket has two names on a volume, puts a file at one of them, and starts the next pod.</summary>
    private static Pod AfterReplacing(string name, ImageDirectory images, ImageDirectory volume)
    {
        string[] options = ["--mount", $"{volume.Path}:/volume"];
        string[] program = Programs.Python(
            """
            import os, socket, time
            os.chdir('/volume')
            listener = socket.socket(socket.AF_UNIX)
            listener.bind('/volume/bound')
            listener.listen()
            os.rename('bound', 'real')
            os.link('real', 'spare')
            n = 0
            while True:
                n += 1
                socket.socket(socket.AF_UNIX).connect('real')
                listener.accept()
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        images.MakeCheckpoint(options, program);
        File.Delete(volume.In(name));
        File.WriteAllText(volume.In(name), "mine");
        return Pod.WithCheckpoints(images, options, program);
    }
}
