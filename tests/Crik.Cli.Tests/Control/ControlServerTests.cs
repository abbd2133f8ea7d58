using Crik.Control;
using Crik.Linux;

namespace Crik.Tests.Control;

public sealed class ControlServerTests
{
    [Fact]
    public void Status_is_the_newest_that_was_published()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();

        Assert.Equal(ControlFixture.Running, control.AskForStatus());
        server.Status = () => ControlFixture.Running with { State = "ending" };
        Assert.Equal("ending", control.AskForStatus()!.State);
    }

    [Fact]
    public void Metrics_are_sent_as_the_run_makes_them_and_leave_no_connection_inside_the_tree()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        string text = string.Concat(Enumerable.Repeat("crik_x{state=\"a \\ b\"} 1\n", 1000)); // longer than the real ones
        server.Metrics = () => text;
        server.IsOfTree = _ => true;

        Assert.Equal(text, ControlClient.Ask(new ControlRequest(ControlRequest.Metrics), control.Endpoint).Metrics);
        FileDescriptor client = control.Send(new ControlRequest(ControlRequest.Metrics));
        Assert.Equal(text, ControlFixture.Receive(client)!.Metrics);
        Assert.Null(ControlFixture.Receive(client));
    }

    [Fact]
    public void Status_is_answered_while_an_order_is_carried_out()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        FileDescriptor client = control.OrderCheckpoint(leaveRunning: true);
        ControlOrder order = ControlFixture.AwaitOrder(server);

        Assert.Equal("running", control.AskForStatus()!.State);
        Assert.True(order.LeaveRunning);
        order.Answer(new ControlAnswer { Generation = 7 });
        Assert.Equal(7, ControlFixture.Receive(client)!.Generation);
    }

    [Fact]
    public void Orders_are_taken_in_their_order_and_the_descriptor_is_readable_until_the_last_one()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        control.OrderCheckpoint(leaveRunning: true);
        ControlOrder first = ControlFixture.AwaitOrder(server);
        control.OrderCheckpoint(leaveRunning: false);
        ControlOrder second = ControlFixture.AwaitOrder(server);
        Span<Libc.PollEntry> orders = [new() { Descriptor = server.Orders.Descriptor, Events = Libc.POLLIN }];
        Libc.Poll(orders, 0);

        Assert.True(first.LeaveRunning);
        Assert.False(second.LeaveRunning);
        Assert.Equal(0, orders[0].Returned);
        Assert.Null(server.Orders.Next());
    }

    [Fact]
    public void A_checkpoint_at_SIGTERM_is_ordered_and_taken_back()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        server.Orders.ObstacleToTermination = null;

        Assert.True(ControlClient.Ask(new ControlRequest(ControlRequest.CheckpointAtTermination), control.Endpoint).Accepted);
        Assert.True(server.Orders.IsForTermination);
        Assert.True(ControlClient.Ask(new ControlRequest(ControlRequest.DecideAtTermination), control.Endpoint).Accepted);
        Assert.False(server.Orders.IsForTermination);
    }

    [Fact]
    public void A_checkpoint_at_SIGTERM_is_not_promised_before_the_program_runs_and_not_when_the_run_ends()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();

        Assert.Equal("the program does not run yet", ControlClient.Ask(new ControlRequest(ControlRequest.CheckpointAtTermination), control.Endpoint).Problem);
        server.Orders.ObstacleToTermination = null;
        server.Orders.Refuse("the run is ending");
        Assert.Equal("the run is ending", ControlClient.Ask(new ControlRequest(ControlRequest.CheckpointAtTermination), control.Endpoint).Problem);
        Assert.False(server.Orders.IsForTermination);
    }

    [Fact]
    public void Orders_are_refused_when_the_run_ends_and_status_is_still_answered()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        FileDescriptor waiting = control.OrderCheckpoint();
        Assert.True(SpinWait.SpinUntil(() => server.Orders.HasOrders, TimeSpan.FromSeconds(60)));

        server.Orders.Refuse("the run is ending");

        Assert.Equal("the run is ending", ControlFixture.Receive(waiting)!.Problem);
        Assert.Equal("the run is ending", ControlFixture.Receive(control.OrderCheckpoint())!.Problem);
        Assert.False(server.Orders.HasOrders);
        Assert.Equal("running", control.AskForStatus()!.State);
    }

    [Fact]
    public void An_order_from_inside_the_tree_is_handed_over_after_its_connection_is_closed()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        server.IsOfTree = pid => pid == Environment.ProcessId;
        FileDescriptor client = control.OrderCheckpoint();

        ControlAnswer accepted = ControlFixture.Receive(client)!;
        Assert.True(accepted.Accepted);
        Assert.Null(accepted.Generation);
        ControlOrder order = ControlFixture.AwaitOrder(server);
        Assert.True(HungUp(client));
        order.Answer(new ControlAnswer { Generation = 1 }); // nobody is there to read it
    }

    [Fact]
    public void An_order_from_inside_the_tree_is_handed_over_when_its_client_hangs_up()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        server.IsOfTree = _ => true;

        Assert.True(ControlClient.Ask(new ControlRequest(ControlRequest.Checkpoint, LeaveRunning: true), control.Endpoint).Accepted);
        Assert.True(ControlFixture.AwaitOrder(server).LeaveRunning);
    }

    [Fact]
    public void A_status_for_the_inside_of_the_tree_leaves_no_connection_behind()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        server.IsOfTree = _ => true;
        FileDescriptor client = control.Send(new ControlRequest(ControlRequest.Status));

        Assert.Equal(ControlFixture.Running, ControlFixture.Receive(client)!.Status);
        Assert.Null(ControlFixture.Receive(client));
    }

    [Fact]
    public void An_order_whose_client_has_gone_is_still_carried_out()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        control.OrderCheckpoint().Dispose();

        ControlOrder order = ControlFixture.AwaitOrder(server);
        order.Answer(new ControlAnswer { Generation = 1 });
        Assert.Equal("running", control.AskForStatus()!.State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("garbage")]
    [InlineData("""{"command":"dance"}""")]
    [InlineData("""{"command":7}""")]
    [InlineData("\ud800")]
    public void A_packet_that_is_no_request_is_answered_with_a_problem(string packet)
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        FileDescriptor client = control.Connect();
        Libc.TrySend(client, System.Text.Encoding.UTF8.GetBytes(packet));

        Assert.Contains("does not know that command", ControlFixture.Receive(client)!.Problem, StringComparison.Ordinal);
        Assert.Equal("running", control.AskForStatus()!.State);
    }

    [Fact]
    public void A_packet_that_is_too_long_is_answered_with_a_problem()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        FileDescriptor client = control.Connect();
        Libc.TrySend(client, new byte[100_000]);

        Assert.NotNull(ControlFixture.Receive(client)!.Problem);
    }

    [Fact]
    public void Silent_clients_are_disconnected_to_make_room_for_others()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        FileDescriptor[] silent = [.. Enumerable.Range(0, ControlServer.MostConnections).Select(_ => control.Connect())];

        ControlAnswer? refused = ControlFixture.Receive(control.Connect());
        Array.ForEach(silent, client => Assert.Null(ControlFixture.Receive(client)));

        Assert.Contains("try again later", refused!.Problem, StringComparison.Ordinal);
        Assert.Equal("running", control.AskForStatus()!.State);
    }

    [Fact]
    public void A_client_that_waits_for_its_checkpoint_is_not_disconnected_with_the_silent_ones()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        FileDescriptor waiting = control.OrderCheckpoint();
        ControlOrder order = ControlFixture.AwaitOrder(server);
        Assert.Null(ControlFixture.Receive(control.Connect())); // it came later and was dropped

        order.Answer(new ControlAnswer { Problem = "no" });
        Assert.Equal("no", ControlFixture.Receive(waiting)!.Problem);
    }

    [Fact]
    public void A_failure_to_make_a_status_only_costs_that_client_its_answer()
    {
        using ControlFixture control = new();
        using ControlServer server = control.Start();
        server.Status = () => throw new InvalidOperationException("a bug");
        Assert.Null(ControlFixture.Receive(control.Send(new ControlRequest(ControlRequest.Status))));

        server.Status = () => ControlFixture.Running;
        Assert.Equal("running", control.AskForStatus()!.State);
    }

    [Fact]
    public void An_answer_given_just_before_the_end_still_arrives()
    {
        using ControlFixture control = new();
        FileDescriptor client;
        using (ControlServer server = control.Start())
        {
            client = control.OrderCheckpoint();
            ControlFixture.AwaitOrder(server).Answer(new ControlAnswer { Generation = 3 });
        }

        Assert.Equal(3, ControlFixture.Receive(client)!.Generation);
        Assert.Null(ControlFixture.Receive(client));
        Assert.False(File.Exists(control.FirstPath));
    }

    [Fact]
    public void A_descendant_is_told_from_other_processes()
    {
        using System.Diagnostics.Process child = System.Diagnostics.Process.Start("sleep", "60");
        try
        {
            Assert.True(ControlServer.IsDescendant(child.Id, Environment.ProcessId));
            Assert.True(ControlServer.IsDescendant(child.Id, child.Id));
            Assert.False(ControlServer.IsDescendant(Environment.ProcessId, child.Id));
            Assert.False(ControlServer.IsDescendant(0, child.Id));
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }

    private static bool HungUp(FileDescriptor socket)
    {
        const short POLLHUP = 0x10;
        return (Libc.PollForReading(socket) & POLLHUP) != 0;
    }
}
