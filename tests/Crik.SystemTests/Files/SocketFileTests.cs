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
    public void A_file_that_is_no_socket_keeps_its_name(string message)
    {
        using ImageDirectory images = new();
        using ImageDirectory volume = new();
        string[] options = ["--mount", $"{volume.Path}:/volume"];
        string[] program = Programs.Python(
            """
            import os, socket, time
            listener = socket.socket(socket.AF_UNIX)
            listener.bind('/volume/bound')
            listener.listen()
            os.link('/volume/bound', '/volume/other')
            n = 0
            while True:
                n += 1
                socket.socket(socket.AF_UNIX).connect('/volume/bound')
                listener.accept()
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        int last = images.MakeCheckpoint(options, program);
        File.Delete(volume.In("other"));
        File.WriteAllText(volume.In("other"), "mine");

        using Pod next = Pod.WithCheckpoints(images, options, program);
        next.AssertContinuesAfter(last);
        next.End(143);
        next.AssertSaid($"crik warning: {message} path=/volume/other reason=");
        Assert.Equal("mine", File.ReadAllText(volume.In("other")));
    }
}
