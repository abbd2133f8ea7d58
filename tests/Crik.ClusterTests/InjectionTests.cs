using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>Tests that one label is enough for programs whose images contain nothing of crik.</summary>
[Collection(nameof(Cluster))]
public sealed partial class InjectionTests(Cluster cluster, ITestOutputHelper output) : IDisposable
{
    /// <summary>The images of tests/lab/kubernetes/plain-images.sh whose programs count.</summary>
    private static readonly string[] s_counting = ["python", "musl", "static", "unprivileged"];

    private readonly TestNamespace _place = new(cluster);

    /// <summary>The persistent volume of the test, and its storage class.</summary>
    private string VolumeName => $"{_place.Name}-volume";

    private string VolumeDirectory => Path.Combine(cluster.Paths["SHARED"], VolumeName);

    public void Dispose()
    {
        Cluster.Reset();
        _place.Dispose();
        Cluster.Kubectl("delete", "persistentvolume", VolumeName, "--ignore-not-found", "--wait=false");
        if (Directory.Exists(VolumeDirectory))
        {
            Directory.Delete(VolumeDirectory, recursive: true);
        }
    }

    [Fact]
    [Happens("drain", "with a server")]
    public async Task Programs_of_images_without_crik_go_on_elsewhere_after_each_drain()
    {
        Cluster.Kubectl("cordon", "node-2");
        MakeVolumeOfRoot("checkpoints-unprivileged-0");
        Workload[] counting = [.. s_counting.Select(Count)];
        ServeWithNginx();
        foreach ((string from, string to) in new[] { ("node-1", "node-2"), ("node-2", "node-1") })
        {
            PodSighting[] before = await Task.WhenAll(counting.Select(workload => Task.Run(() => workload.WaitForCount(5))));
            int requests = Enumerable.Range(0, 10).Select(_ => RequestsOfNginx(from)).Last();
            Cluster.Kubectl("uncordon", to);
            Cluster.Kubectl("drain", from, "--ignore-daemonsets", "--delete-emptydir-data");

            PodSighting[] after = await Task.WhenAll(counting.Zip(before, (workload, old) => Task.Run(() => workload.WaitForSuccessorOf(old))));

            foreach ((PodSighting old, PodSighting pod) in before.Zip(after))
            {
                output.WriteLine($"{pod.Name}: {old.Last} on {old.Node}, then {pod.First} on {pod.Node}");
                Assert.Equal((from, to), (old.Node, pod.Node));
                Assert.True(pod.First > old.Last, $"{pod.Name} had counted to {old.Last}, and went on with {pod.First}:\n{pod.Log}");
            }

            int then = RequestsOfNginx(to);
            output.WriteLine($"nginx: {requests} requests on {from}, then {then} on {to}");
            Assert.Equal(requests + 1, then);
        }
    }

    [Fact]
    public void A_claim_that_the_operator_made_goes_with_the_workload_of_its_pod()
    {
        Workload loop = Count("static");
        loop.WaitForCount(1);
        JsonNode claim = _place.Api.Read(_place.PathOf("api/v1", "persistentvolumeclaims/checkpoints-static-0"));
        JsonNode owner = Assert.Single(claim["metadata"]!["ownerReferences"]!.AsArray())!;
        Assert.Equal(("StatefulSet", "static"), ((string)owner["kind"]!, (string)owner["name"]!));

        _place.Kubectl("delete", "statefulset", "static", "--wait=false");

        Eventually.True(() => !_place.Api.Items(_place.PathOf("api/v1", "persistentvolumeclaims")).Any(), "the claim is gone");
    }

    /// <summary>Starts a program that counts. Nothing in its manifest but the label knows of crik.</summary>
    private Workload Count(string image)
    {
        bool isUnprivileged = image == "unprivileged";
        string annotations = isUnprivileged ? $"{{crik.dev/storage-class: {VolumeName}}}" : "{}";
        string security = isUnprivileged ? "{runAsNonRoot: true, readOnlyRootFilesystem: true}" : "{}";
        _place.ApplyText($$$"""
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: {{{image}}}}
            spec:
              selector: {matchLabels: {app: {{{image}}}}}
              template:
                metadata: {labels: {app: {{{image}}}, crik.dev/inject: "true"}, annotations: {{{annotations}}}}
                spec:
                  containers: [{name: count, image: {{{cluster.Operator.Image(image)}}}, securityContext: {{{security}}}}]
            """);
        return new Workload(_place, image);
    }

    /// <summary>
    /// Makes a volume that belongs to root and where the kubelet obeys fsGroup, as most volumes of clouds do. The volumes of the cluster's
    /// default class are of the type hostPath, where it does not.
    /// </summary>
    private void MakeVolumeOfRoot(string claim)
    {
        Directory.CreateDirectory(VolumeDirectory);
        _place.ApplyText($$$"""
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: {{{VolumeName}}}}
            spec:
              capacity: {storage: 10Gi}
              accessModes: [ReadWriteOnce]
              storageClassName: {{{VolumeName}}}
              claimRef: {namespace: {{{_place.Name}}}, name: {{{claim}}}}
              local: {path: /shared/{{{VolumeName}}}}
              nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: Exists}]}]}}
            """);
    }

    /// <summary>Starts Debian's nginx, with a page that tells how many requests it has answered.</summary>
    private void ServeWithNginx() => _place.ApplyText($$$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: nginx-status}
        data: {status.conf: "server { listen 8080; keepalive_timeout 0; location /status { stub_status; } }"}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: nginx}
        spec:
          strategy: {type: Recreate}
          selector: {matchLabels: {app: nginx}}
          template:
            metadata: {labels: {app: nginx, crik.dev/inject: "true"}}
            spec:
              containers:
              - {name: nginx, image: {{{cluster.Operator.Image("nginx")}}}, volumeMounts: [{name: status, mountPath: /etc/nginx/conf.d}]}
              volumes: [{name: status, configMap: {name: nginx-status}}]
        """);

    /// <summary>How many requests nginx has answered since it was started, with this one.</summary>
    private int RequestsOfNginx(string node)
    {
        string status = Eventually.Found(
            () =>
            {
                JsonNode pod = new Workload(_place, "nginx").Pods().Single(pod => (string?)pod["spec"]!["nodeName"] == node && (string?)pod["status"]!["phase"] == "Running");
                return Cluster.Get($"http://{pod["status"]!["podIP"]}:8080/status") is { Status: 200, Body: var body } ? body : null;
            },
            $"nginx answers on {node}");
        return int.Parse(Requests().Match(status).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^ \d+ \d+ (\d+)", RegexOptions.Multiline)]
    private static partial Regex Requests();
}
