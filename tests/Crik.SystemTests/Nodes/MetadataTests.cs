using System.Diagnostics;
using System.Globalization;

namespace Crik.SystemTests.Nodes;

/// <summary>Tests what a notice in a cloud's metadata changes.</summary>
public sealed class MetadataTests
{
    private static readonly string[] s_reacting = ["--env", "CRIK_NODE_STATE_SOURCE=gce", "--env", "CRIK_CHECKPOINT_ON_WARNING=true"];

    [LabTheory]
    [Happens("Spot notice", "without a server")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_spot_notice_makes_a_checkpoint_only_with_nodeStateSource_and_SIGTERM_makes_one_in_any_case(bool isNamed)
    {
        using ImageDirectory images = new();
        using Metadata metadata = new();
        int last;
        using (Pod pod = metadata.RunPod(images, isNamed ? s_reacting : []))
        {
            pod.WaitForCount(3);
            pod.WaitUntil(() => !isNamed || metadata.IsAsked, "crik asks the metadata");
            metadata.Preempt();
            pod.WaitUntil(() => !isNamed || pod.HasSaid("checkpoint committed, the program runs on"), "the notice makes a checkpoint");
            pod.WaitForCount(pod.Counted()[^1] + 5);
            Assert.Equal(isNamed ? [1] : [], images.Generations);
            pod.End(143);
            Assert.Equal(isNamed, metadata.IsAsked);
            last = pod.Counted()[^1];
        }

        Assert.Equal(isNamed ? [1, 2] : [1], images.Generations);
        using Pod next = Pod.WithCheckpoints(images, [], Programs.Counter);
        next.AssertContinuesAfter(last);
    }

    /// <summary>Stands in for the metadata server of Google Compute Engine, in a network of its own that pods can be run in.</summary>
    private sealed class Metadata : IDisposable
    {
        private const string Serve = "ip link set lo up && ip address add 169.254.169.254/32 dev lo && exec python3 -u -m http.server -b 169.254.169.254 80";

        private readonly TempDirectory _files = new("crik-metadata-");
        private readonly Process _server;
        private volatile bool _isServing;
        private volatile bool _isAsked;

        public Metadata()
        {
            Directory.CreateDirectory(_files.In("computeMetadata/v1/instance"));
            Write("preempted", "FALSE");
            Write("maintenance-event", "NONE");
            ProcessStartInfo start = new("unshare", ["--net", "sh", "-c", Serve]) { WorkingDirectory = _files.Path, RedirectStandardOutput = true, RedirectStandardError = true };
            _server = Process.Start(start)!;
            _server.OutputDataReceived += (_, line) => _isServing |= line.Data?.StartsWith("Serving HTTP", StringComparison.Ordinal) is true;
            _server.ErrorDataReceived += (_, line) => _isAsked |= line.Data?.Contains("\"GET /", StringComparison.Ordinal) is true;
            _server.BeginOutputReadLine();
            _server.BeginErrorReadLine();
            Eventually.True(() => _isServing, "the metadata server listens");
        }

        public bool IsAsked => _isAsked;

        public void Preempt() => Write("preempted", "TRUE");

        public Pod RunPod(ImageDirectory images, string[] options) => new(
            ["--image-dir", images.Path, "--host-network", "--env", "CRIK_GRACE_PERIOD=2m", .. options],
            ["crik", "--debug", "run", "--image-dir", "/checkpoint", "--", .. Programs.Counter],
            ["nsenter", "--net", "-t", _server.Id.ToString(CultureInfo.InvariantCulture)]);

        public void Dispose()
        {
            _server.Kill();
            _server.WaitForExit();
            _server.Dispose();
            _files.Dispose();
        }

        private void Write(string name, string value) => File.WriteAllText(_files.In("computeMetadata/v1/instance", name), value);
    }
}
