using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.StandIn;

/// <summary>
/// Makes Nodes with all fields that a kubelet and a cloud set. A Node has about 10 KB, most of it images and managed
/// fields.
/// </summary>
public static class StandInNodes
{
    private static readonly string[] s_conditions = ["MemoryPressure", "DiskPressure", "PIDPressure"];

    public static string Name(int number) => $"ip-10-{number >> 16 & 255}-{number >> 8 & 255}-{number & 255}.eu-central-1.compute.internal";

    public static JsonObject Make(int number)
    {
        string name = Name(number);
        string zone = $"eu-central-1{(char)('a' + number % 3)}";
        return new JsonObject
        {
            ["kind"] = "Node",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["uid"] = Guid(number),
                ["resourceVersion"] = "1",
                ["creationTimestamp"] = "2026-03-02T10:00:00Z",
                ["labels"] = Labels(name, zone),
                ["annotations"] = new JsonObject
                {
                    ["alpha.kubernetes.io/provided-node-ip"] = $"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
                    ["csi.volume.kubernetes.io/nodeid"] = $$"""{"ebs.csi.aws.com":"i-{{number:x17}}","efs.csi.aws.com":"i-{{number:x17}}"}""",
                    ["node.alpha.kubernetes.io/ttl"] = "0",
                    ["volumes.kubernetes.io/controller-managed-attach-detach"] = "true",
                },
                ["managedFields"] = ManagedFields(),
            },
            ["spec"] = new JsonObject
            {
                ["podCIDR"] = $"10.{number & 255}.0.0/24",
                ["podCIDRs"] = new JsonArray($"10.{number & 255}.0.0/24"),
                ["providerID"] = $"aws:///{zone}/i-{number:x17}",
            },
            ["status"] = Status(number, name),
        };
    }

    public static void Taint(JsonObject node, string key, string effect = "NoSchedule", string? value = null)
    {
        JsonArray taints = node["spec"]!["taints"] as JsonArray ?? [];
        JsonObject taint = new() { ["key"] = key, ["effect"] = effect };
        if (value is not null)
        {
            taint["value"] = value;
        }

        taints.Add(taint);
        node["spec"]!["taints"] = taints.Parent is null ? taints : taints.DeepClone();
    }

    public static void RemoveTaints(JsonObject node) => node["spec"]!.AsObject().Remove("taints");

    private static string Guid(int number) => $"{number:x8}-8b1c-4f0e-9d3a-5c1f7f3a2b11";

    private static JsonObject Labels(string name, string zone) => new()
    {
        ["beta.kubernetes.io/arch"] = "amd64",
        ["beta.kubernetes.io/instance-type"] = "m6i.4xlarge",
        ["beta.kubernetes.io/os"] = "linux",
        ["eks.amazonaws.com/capacityType"] = "SPOT",
        ["eks.amazonaws.com/nodegroup"] = "workers-spot-1",
        ["eks.amazonaws.com/nodegroup-image"] = "ami-0d1b2c3d4e5f60718",
        ["failure-domain.beta.kubernetes.io/region"] = "eu-central-1",
        ["failure-domain.beta.kubernetes.io/zone"] = zone,
        ["k8s.io/cloud-provider-aws"] = "e2bd5ffb8f3e5a1c7d1f9a4b6c8d0e21",
        ["kubernetes.io/arch"] = "amd64",
        ["kubernetes.io/hostname"] = name,
        ["kubernetes.io/os"] = "linux",
        ["node.kubernetes.io/instance-type"] = "m6i.4xlarge",
        ["topology.ebs.csi.aws.com/zone"] = zone,
        ["topology.k8s.aws/zone-id"] = "euc1-az2",
        ["topology.kubernetes.io/region"] = "eu-central-1",
        ["topology.kubernetes.io/zone"] = zone,
    };

    private static JsonArray ManagedFields()
    {
        JsonObject fields = new();
        foreach (string field in (string[])["f:beta.kubernetes.io/arch", "f:beta.kubernetes.io/os", "f:kubernetes.io/hostname", "f:topology.kubernetes.io/zone"])
        {
            fields[field] = new JsonObject();
        }

        JsonArray managers = [];
        foreach (string manager in (string[])["aws-cloud-controller-manager", "kube-controller-manager", "kubelet", "vpc-resource-controller"])
        {
            managers.Add(new JsonObject
            {
                ["manager"] = manager,
                ["operation"] = "Update",
                ["apiVersion"] = "v1",
                ["time"] = "2026-03-02T10:00:00Z",
                ["fieldsType"] = "FieldsV1",
                ["fieldsV1"] = new JsonObject
                {
                    ["f:metadata"] = new JsonObject { ["f:labels"] = fields.DeepClone(), ["f:annotations"] = fields.DeepClone() },
                    ["f:status"] = new JsonObject { ["f:conditions"] = fields.DeepClone(), ["f:images"] = new JsonObject() },
                },
            });
        }

        return managers;
    }

    private static JsonObject Status(int number, string name)
    {
        JsonArray conditions = [];
        foreach (string type in s_conditions)
        {
            conditions.Add(Condition(type, "False", $"KubeletHasSufficient{type[..^8]}", $"kubelet has sufficient {type[..^8].ToLowerInvariant()} available"));
        }

        conditions.Add(Condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"));
        return new JsonObject
        {
            ["addresses"] = new JsonArray(
                new JsonObject { ["type"] = "InternalIP", ["address"] = $"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}" },
                new JsonObject { ["type"] = "InternalDNS", ["address"] = name },
                new JsonObject { ["type"] = "Hostname", ["address"] = name }),
            ["allocatable"] = Capacity(),
            ["capacity"] = Capacity(),
            ["conditions"] = conditions,
            ["daemonEndpoints"] = new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = 10250 } },
            ["images"] = Images(12 + number % 8),
            ["nodeInfo"] = new JsonObject
            {
                ["architecture"] = "amd64",
                ["bootID"] = Guid(number),
                ["containerRuntimeVersion"] = "containerd://1.7.27",
                ["kernelVersion"] = "6.1.134-150.224.amzn2023.x86_64",
                ["kubeProxyVersion"] = "v1.32.3-eks-473151a",
                ["kubeletVersion"] = "v1.32.3-eks-473151a",
                ["machineID"] = $"ec2{number:x29}",
                ["operatingSystem"] = "linux",
                ["osImage"] = "Amazon Linux 2023.7.20250414",
                ["systemUUID"] = Guid(number),
            },
        };
    }

    private static JsonObject Condition(string type, string status, string reason, string message) => new()
    {
        ["type"] = type,
        ["status"] = status,
        ["lastHeartbeatTime"] = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["lastTransitionTime"] = "2026-03-02T10:00:30Z",
        ["reason"] = reason,
        ["message"] = message,
    };

    private static JsonObject Capacity() => new()
    {
        ["cpu"] = "16",
        ["ephemeral-storage"] = "104779756Ki",
        ["hugepages-1Gi"] = "0",
        ["hugepages-2Mi"] = "0",
        ["memory"] = "64619592Ki",
        ["pods"] = "234",
    };

    private static JsonArray Images(int count)
    {
        JsonArray images = [];
        for (int i = 0; i < count; i++)
        {
            const string Registry = "602401143452.dkr.ecr.eu-central-1.amazonaws.com/team/component";
            images.Add(new JsonObject
            {
                ["names"] = new JsonArray($"{Registry}-{i}@sha256:{i:x8}4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f1161", $"{Registry}-{i}:v1.{i}.0-eksbuild.2"),
                ["sizeBytes"] = 40_000_000L + i * 1_234_567L,
            });
        }

        return images;
    }
}
