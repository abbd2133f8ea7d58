using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>Tests that the kubelet's checkpoints of pods without crik become images in the registry, from which they go on.</summary>
[Collection(nameof(Cluster))]
public sealed class NodeAgentTests : IDisposable
{
    private const int Rounds = 5;

    private readonly Cluster _cluster;
    private readonly ITestOutputHelper _output;
    private readonly TestNamespace _place;

    public NodeAgentTests(Cluster cluster, ITestOutputHelper output)
    {
        (_cluster, _output, _place) = (cluster, output, new TestNamespace(cluster));
        Assert.NotNull(cluster.Operator);
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Programs_are_saved_pushed_and_restored_on_the_other_node_five_times_in_a_row()
    {
        SavedProgram[] counting = [Program("static"), Program("python")];
        SavedProgram redis = Program("redis");
        foreach (SavedProgram program in (SavedProgram[])[.. counting, redis])
        {
            program.Start("node-1");
            program.WaitUntilItRuns();
        }

        await Task.WhenAll([.. counting.Select(program => Task.Run(() => MoveCounter(program))), Task.Run(() => MoveRedis(redis))]);

        Assert.All(Cluster.Nodes, node => Assert.Equal("", _place.ArchivesOn(node)));
    }

    [Fact]
    public void A_pod_that_is_to_go_is_deleted_when_its_archive_is_complete_and_the_gap_is_told()
    {
        SavedProgram program = Program("static");
        program.Start("node-1");
        program.WaitUntilItRuns();
        (string word, int number) = program.Counted();

        JsonNode checkpoint = program.Save("--delete-pod");

        _output.WriteLine(checkpoint["status"]!.ToJsonString());
        Assert.False(program.IsThere());
        Assert.EndsWith("s", (string)checkpoint["status"]!["gap"]!, StringComparison.Ordinal);
        program.Restore(checkpoint, "node-2", 1);
        Assert.Equal(word, program.Counted().Word);
        Assert.True(program.Counted().Number >= number);
    }

    [Fact]
    public void A_pod_that_is_not_there_is_refused_and_the_object_says_why()
    {
        string refusal = Assert.Throws<CommandException>(() => Program("static").Save()).Message;

        Assert.Contains("static-0", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encrypted_checkpoint_goes_on_only_on_a_node_that_has_the_key()
    {
        SavedProgram program = Program("static");
        program.Start("node-1");
        program.WaitUntilItRuns();
        string word = program.Counted().Word;
        using TempDirectory files = new();
        string key = MakeSecret("checkpoints", files);
        JsonNode checkpoint = program.Save("--encryption-secret", "checkpoints", "--delete-pod");

        _place.Crik("restore", (string)checkpoint["metadata"]!["name"]!, "--to", "node-2", "--name", "locked");

        Eventually.True(() => WaitingReason("locked") is "ErrImagePull" or "ImagePullBackOff" or "CreateContainerError", "a node without the key cannot restore it");
        if (Cluster.Control("runtimes").Trim() == "crio") // containerd needs a program of imgcrypt to decrypt layers, which the lab does not have
        {
            Command.OutputWithInput(key, Cluster.Script, "node", "2", "sh", "-c", "mkdir -p /config/keys; cat >/config/keys/key.pem");
            program.Restore(checkpoint, "node-2", 1);
            Cluster.Control("node", "2", "rm", "/config/keys/key.pem");
            Assert.Equal(word, program.Counted().Word);
        }
    }

    private SavedProgram Program(string name) => new(_place, name, _cluster.Operator.Image(name));

    private void MoveCounter(SavedProgram program)
    {
        for (int round = 1; round <= Rounds; round++)
        {
            (string word, int number) = program.Counted();
            Move(program, round);
            (string Word, int Number) after = program.Counted();
            _output.WriteLine($"{program.Pod}: {number}, then {after.Number}");
            Assert.Equal(word, after.Word);
            Assert.True(after.Number >= number, $"{program.Pod} had counted to {number}, and went on with {after.Number}");
        }
    }

    /// <summary>Only the memory of Redis knows the key, because it writes no file.</summary>
    private static void MoveRedis(SavedProgram redis)
    {
        for (int round = 1; round <= Rounds; round++)
        {
            Assert.Equal($"{round}", redis.AskRedis("incr", "moves"));
            Move(redis, round);
            Assert.Equal($"{round}", redis.AskRedis("get", "moves"));
        }
    }

    private static void Move(SavedProgram program, int round)
    {
        JsonNode checkpoint = program.Save();
        program.Delete();
        program.Restore(checkpoint, round % 2 == 1 ? "node-2" : "node-1", round);
    }

    /// <summary>Makes a Secret with a certificate.</summary>
    /// <returns>Its key.</returns>
    private string MakeSecret(string name, TempDirectory files)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=checkpoints", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        string pem = key.ExportPkcs8PrivateKeyPem();
        _place.Kubectl("create", "secret", "tls", name, "--cert", files.Write("tls.crt", certificate.ExportCertificatePem()), "--key", files.Write("tls.key", pem));
        return pem;
    }

    private string? WaitingReason(string pod) =>
        (string?)_place.Api.Read(_place.PathOf("api/v1", $"pods/{pod}"))["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"];
}
