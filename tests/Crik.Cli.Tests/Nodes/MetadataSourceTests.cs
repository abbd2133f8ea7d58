using Crik.Contracts;
using Crik.Linux;
using Crik.Nodes;

namespace Crik.Tests.Nodes;

/// <summary>Tests the sources that ask the metadata of a cloud. The answers are examples from the documentation of the clouds.</summary>
public sealed class MetadataSourceTests
{
    private static Deadline Soon => Deadline.In(TimeSpan.FromSeconds(60));

    [Theory]
    [InlineData("spot/instance-action", """{"action": "terminate", "time": "2017-09-18T08:22:00Z"}""", NodeState.ShuttingDown, "terminate", "2017-09-18T08:22:00Z")]
    [InlineData("spot/instance-action", """{"action": "hibernate", "time": "2017-09-18T08:22:00Z"}""", NodeState.ShuttingDown, "hibernate", "2017-09-18T08:22:00Z")]
    [InlineData("autoscaling/target-lifecycle-state", "Terminated", NodeState.ShuttingDown, "Auto Scaling", null)]
    [InlineData("autoscaling/target-lifecycle-state", "InService", NodeState.Ready, "no event", null)]
    [InlineData("events/recommendations/rebalance", """{"noticeTime": "2020-10-26T06:43:26Z"}""", NodeState.Cordoned, "rebalance", null)]
    [InlineData(
        "events/maintenance/scheduled",
        """[{"NotBefore": "21 Jan 2019 09:00:43 GMT", "Code": "system-reboot", "Description": "scheduled reboot", "EventId": "instance-event-0d59937288b749b32", "NotAfter": "21 Jan 2019 09:17:23 GMT", "State": "active"}]""",
        NodeState.Cordoned, "system-reboot", "2019-01-21T09:00:43Z")]
    [InlineData("events/maintenance/scheduled", """[{"Code": "system-reboot", "Description": "[Completed] scheduled reboot", "State": "completed"}]""", NodeState.Ready, "no event", null)]
    [InlineData("none", "", NodeState.Ready, "no event", null)]
    public void EC2_announces_what_ends_the_instance(string path, string body, NodeState state, string reason, string? deadline)
    {
        using StandInServer cloud = new(request => Ec2(request, path, body, validToken: "T1"));

        NodeAnswer answer = new Ec2Source(cloud.Address, decides: true).Ask(Soon);

        Assert.Equal(state, answer.State);
        Assert.Contains(reason, answer.Reason, StringComparison.Ordinal);
        Assert.Equal(deadline is null ? null : DateTimeOffset.Parse(deadline, System.Globalization.CultureInfo.InvariantCulture), answer.Deadline);
    }

    [Fact]
    public void An_expired_token_of_EC2_is_fetched_again()
    {
        string valid = "T1";
        using StandInServer cloud = new(request => Ec2(request, "none", "", valid));
        Ec2Source source = new(cloud.Address, decides: true);
        source.Ask(Soon);
        valid = "T2";

        Assert.Equal(NodeState.Ready, source.Ask(Soon).State);
        Assert.Equal(2, cloud.Requests.Count(request => request.StartsWith("PUT /latest/api/token HTTP/1.1", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_error_explains_a_hop_limit_that_is_too_low_for_pods()
    {
        using StandInServer cloud = new(_ => null);

        HttpException exception = Assert.Throws<HttpException>(() => new Ec2Source(cloud.Address, decides: true).Ask(Deadline.In(TimeSpan.FromSeconds(1))));

        Assert.Contains("HttpPutResponseHopLimit", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FALSE", "NONE", NodeState.Ready)]
    [InlineData("TRUE", "NONE", NodeState.ShuttingDown)]
    [InlineData("FALSE", "TERMINATE_ON_HOST_MAINTENANCE", NodeState.ShuttingDown)]
    [InlineData("FALSE", "MIGRATE_ON_HOST_MAINTENANCE", NodeState.Ready)]
    public void GCE_announces_what_ends_the_instance(string preempted, string maintenance, NodeState state)
    {
        using StandInServer cloud = new(request =>
            !request.Contains("\r\nMetadata-Flavor: Google\r\n", StringComparison.Ordinal) ? StandInServer.Http("", "403 Forbidden")
            : request.StartsWith("GET /computeMetadata/v1/instance/preempted ", StringComparison.Ordinal) ? StandInServer.Http(preempted)
            : request.StartsWith("GET /computeMetadata/v1/instance/maintenance-event ", StringComparison.Ordinal) ? StandInServer.Http(maintenance)
            : StandInServer.Http("", "404 Not Found"));

        Assert.Equal(state, new GceSource(cloud.Address, decides: true).Ask(Soon).State);
    }

    [Theory]
    [InlineData("Preempt", "vm_0", NodeState.ShuttingDown)]
    [InlineData("Terminate", "vm_0", NodeState.ShuttingDown)]
    [InlineData("Reboot", "vm_0", NodeState.ShuttingDown)]
    [InlineData("Redeploy", "vm_0", NodeState.ShuttingDown)]
    [InlineData("Freeze", "vm_0", NodeState.Ready)]
    [InlineData("Preempt", "vm_1", NodeState.Ready)]
    public void Azures_events_count_when_they_name_this_machine(string type, string resource, NodeState state)
    {
        string events = $$"""
            {"DocumentIncarnation": 2, "Events": [{"EventId": "f020ba2e-3bc0-4c40-a10b-86575a9eabd5", "EventType": "{{type}}", "ResourceType": "VirtualMachine",
            "Resources": ["{{resource}}"], "EventStatus": "Scheduled", "NotBefore": "Mon, 19 Sep 2016 18:29:47 GMT", "Description": "", "EventSource": "Platform", "DurationInSeconds": -1}]}
            """;
        using StandInServer cloud = new(request => Azure(request, events));

        NodeAnswer answer = new AzureSource(cloud.Address, decides: true).Ask(Soon);

        Assert.Equal(state, answer.State);
        Assert.Equal(state == NodeState.Ready ? null : new DateTimeOffset(2016, 9, 19, 18, 29, 47, TimeSpan.Zero), answer.Deadline);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"Events": [{}]}""")]
    [InlineData("[]")]
    public void Events_of_Azure_that_cannot_be_read_are_refused(string events)
    {
        using StandInServer cloud = new(request => Azure(request, events));

        Assert.Throws<HttpException>(() => new AzureSource(cloud.Address, decides: true).Ask(Soon));
    }

    [Fact]
    public void No_event_means_ready_only_if_the_source_was_chosen_by_name()
    {
        using StandInServer cloud = new(request => Azure(request, """{"DocumentIncarnation": 1, "Events": []}"""));

        Assert.Equal(NodeState.Ready, new AzureSource(cloud.Address, decides: true).Ask(Soon).State);
        Assert.Equal(NodeState.Unknown, new AzureSource(cloud.Address, decides: false).Ask(Soon).State);
    }

    [Theory]
    [InlineData("Amazon EC2", "", "ec2")]
    [InlineData("Google", "", "gce")]
    [InlineData("Microsoft Corporation", "7783-7084-3265-9085-8269-3286-77", "azure")]
    [InlineData("Microsoft Corporation", "1234", "none")]
    [InlineData("QEMU", "", "none")]
    [InlineData("", "", "none")]
    public void The_firmware_tells_which_cloud_a_machine_belongs_to(string vendor, string tag, string source) =>
        Assert.Equal(source, NodeSources.OfMachine(vendor, tag).ToString().ToLowerInvariant());

    private static string Ec2(string request, string path, string body, string validToken) =>
        request.StartsWith("PUT /latest/api/token ", StringComparison.Ordinal)
            ? request.Contains("X-aws-ec2-metadata-token-ttl-seconds: 21600", StringComparison.Ordinal) ? StandInServer.Http(validToken) : StandInServer.Http("", "400 Bad Request")
        : !request.Contains($"\r\nX-aws-ec2-metadata-token: {validToken}\r\n", StringComparison.Ordinal) ? StandInServer.Http("", "401 Unauthorized")
        : request.StartsWith($"GET /latest/meta-data/{path} ", StringComparison.Ordinal) ? StandInServer.Http(body)
        : StandInServer.Http("<?xml version=\"1.0\"?>", "404 Not Found", "text/html");

    private static string Azure(string request, string events) =>
        !request.Contains("\r\nMetadata: true\r\n", StringComparison.Ordinal) ? StandInServer.Json("""{"error": "Bad request. Required metadata header not specified"}""", "400 Bad Request")
        : request.StartsWith("GET /metadata/scheduledevents?api-version=2020-07-01 ", StringComparison.Ordinal) ? StandInServer.Json(events)
        : request.StartsWith("GET /metadata/instance/compute/name?api-version=2021-02-01&format=text ", StringComparison.Ordinal) ? StandInServer.Http("vm_0")
        : StandInServer.Http("", "404 Not Found");
}
