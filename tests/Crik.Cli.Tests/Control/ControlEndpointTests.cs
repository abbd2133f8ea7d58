using System.Diagnostics;
using System.Net.Sockets;
using Crik.Control;
using Crik.Linux;

namespace Crik.Tests.Control;

public sealed class ControlEndpointTests
{
    [Fact]
    public void A_server_uses_the_second_place_when_another_container_listens_at_the_first()
    {
        using ControlFixture theirs = new();
        using ControlServer other = theirs.Start();
        using ControlFixture control = new(_ => false);

        using ControlListener? ours = (theirs.Endpoint with { IsOfThisContainer = _ => false }).Listen();

        Assert.NotNull(ours);
        Assert.True(File.Exists(theirs.SecondPath));
        Assert.Equal("running", theirs.AskForStatus()!.State); // the other container's socket is still there
    }

    [Fact]
    public void A_server_does_not_wait_when_the_queue_of_another_server_is_full()
    {
        using ControlFixture control = new();
        using FileDescriptor full = Libc.TryListen(control.FirstPath, 0, out _)!;
        List<FileDescriptor> waiting = [];
        while (Libc.TryConnect(control.FirstPath, out _) is { } socket)
        {
            waiting.Add(socket);
        }

        using ControlServer server = control.Start();

        Assert.True(File.Exists(control.SecondPath));
        waiting.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public void A_client_does_not_wait_for_ever_when_the_queue_is_full()
    {
        using ControlFixture control = new();
        using FileDescriptor full = Libc.TryListen(control.FirstPath, 0, out _)!;
        List<FileDescriptor> waiting = [];
        while (Libc.TryConnect(control.FirstPath, out _) is { } socket)
        {
            waiting.Add(socket);
        }

        ControlException exception = Assert.Throws<ControlException>(control.AskForStatus);

        Assert.Contains("no crik with an image directory runs here", exception.Message, StringComparison.Ordinal);
        waiting.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public void A_probe_gives_up_soon_when_nobody_answers()
    {
        using ControlFixture control = new();
        using FileDescriptor silent = Libc.TryListen(control.FirstPath, 8, out _)!;

        ControlException exception = Assert.Throws<ControlException>(
            () => ControlClient.Ask(new ControlRequest(ControlRequest.Status), control.Endpoint, TimeSpan.FromMilliseconds(50)));

        Assert.Contains("no answer within 0.05 s", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_does_not_talk_to_the_crik_of_another_container()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();

        ControlException exception = Assert.Throws<ControlException>(
            () => ControlClient.Ask(new ControlRequest(ControlRequest.Checkpoint), control.Endpoint with { IsOfThisContainer = _ => false }));

        Assert.Contains("a process of another container listens there", exception.Message, StringComparison.Ordinal);
        Assert.False(server.Orders.HasOrders);
    }

    [Fact]
    public void A_server_does_not_serve_a_client_of_another_container()
    {
        using ControlFixture control = new(_ => false);
        using ControlServer server = control.Start();

        Assert.Throws<ControlException>(() => ControlClient.Ask(new ControlRequest(ControlRequest.Checkpoint), control.Endpoint with { IsOfThisContainer = _ => true }));
        Assert.False(server.Orders.HasOrders);
    }

    [Fact]
    public void A_second_crik_of_the_container_leaves_the_socket_to_the_first()
    {
        using ControlFixture control = new();
        using ControlServer first = control.Start();

        Assert.Null(control.Start());
        Assert.Equal("running", control.AskForStatus()!.State);
    }

    [Fact]
    public void A_socket_that_nobody_listens_at_any_more_is_replaced()
    {
        using ControlFixture control = new();
        Libc.TryListen(control.FirstPath, 1, out _)!.Dispose();
        Assert.True(File.Exists(control.FirstPath));

        using ControlServer server = control.Start();

        Assert.Equal("running", control.AskForStatus()!.State);
        Assert.False(File.Exists(control.SecondPath));
    }

    [Fact]
    public void A_file_that_is_no_socket_is_left_alone()
    {
        using ControlFixture control = new();
        File.WriteAllText(control.FirstPath, "precious");

        using ControlServer server = control.Start();

        Assert.Equal("precious", File.ReadAllText(control.FirstPath));
        Assert.Equal("running", control.AskForStatus()!.State);
    }

    [Fact]
    public void The_directory_of_the_second_place_is_made_for_its_owner_alone_and_removed_at_the_end()
    {
        using ControlFixture control = new();
        Directory.CreateDirectory(control.FirstPath); // no socket can be bound there
        string directory = Path.GetDirectoryName(control.SecondPath)!;
        using (ControlServer server = control.Start())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(control.SecondPath));
        }

        Assert.False(Directory.Exists(directory));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_directory_that_others_may_enter_or_that_is_a_link_is_not_used(bool isLink)
    {
        using ControlFixture control = new();
        Directory.CreateDirectory(control.FirstPath);
        string directory = Path.GetDirectoryName(control.SecondPath)!;
        if (isLink)
        {
            Directory.CreateDirectory(directory + "-elsewhere", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.CreateSymbolicLink(directory, directory + "-elsewhere");
        }
        else
        {
            Directory.CreateDirectory(directory);
            File.SetUnixFileMode(directory, FileModes.ForEverybody);
        }

        Assert.Null(control.Start());
    }

    [Fact]
    public void This_process_is_of_this_container_and_one_outside_the_PID_namespace_is_not()
    {
        Assert.True(ControlEndpoint.OfThisContainer.IsOfThisContainer(Environment.ProcessId));
        Assert.False(ControlEndpoint.OfThisContainer.IsOfThisContainer(0));
    }

    [MountFact]
    public void A_process_with_another_mount_namespace_is_of_another_container_where_the_PID_namespace_is_shared()
    {
        using Process other = Process.Start(new ProcessStartInfo("unshare", ["--mount", "sh", "-c", "echo ready; exec sleep 60"]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("ready", other.StandardOutput.ReadLine());
            Assert.False(ControlEndpoint.OfThisContainer.IsOfThisContainer(other.Id));
        }
        finally
        {
            other.Kill();
            other.WaitForExit();
        }
    }

    [Fact]
    public void The_place_in_dev_shm_is_unique_to_the_container_and_fits_into_a_socket_address()
    {
        ControlPlace place = ControlEndpoint.OfThisContainer.Places[^1];

        Assert.True(place.IsInOwnDirectory);
        Assert.Contains(ProcFs.Link("/proc/self/ns/mnt")!["mnt:[".Length..^1], place.Path, StringComparison.Ordinal);
        _ = new UnixDomainSocketEndPoint(place.Path); // throws for a path over 107 bytes
    }
}
