namespace Crik.Pods.Tests;

public sealed class ClaimRequestTests
{
    [Fact]
    public void A_claim_is_written_as_an_object_of_the_API_server() => Assert.Equal(
        """{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"checkpoints-web"},"spec":{"accessModes":["ReadWriteMany"],"storageClassName":"nfs","resources":{"requests":{"storage":"5Gi"}}}}""",
        new ClaimRequest("checkpoints-web", "ReadWriteMany", "5Gi", "nfs", IsTemplate: false).ToManifest().ToJsonString());

    [Fact]
    public void The_template_of_a_claim_has_no_kind_and_without_a_class_takes_the_default_one() => Assert.Equal(
        """{"metadata":{"name":"checkpoints"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"10Gi"}}}}""",
        new ClaimRequest("checkpoints", "ReadWriteOnce", "10Gi", null, IsTemplate: true).ToManifest().ToJsonString());

    [Theory]
    [InlineData(null)]
    [InlineData("fast")]
    public void What_is_written_into_the_annotation_is_read_again(string? storageClass)
    {
        ClaimRequest request = new("checkpoints-web", "ReadWriteMany", "5Gi", storageClass, IsTemplate: false);

        Assert.Equal(request, ClaimRequest.Parse(request.ToText()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"name":"data","accessMode":"ReadWriteOnce","size":"1Gi"}""")]
    [InlineData("""{"name":"checkpoints-../x","accessMode":"ReadWriteOnce","size":"1Gi"}""")]
    [InlineData("""{"name":"checkpoints-x","accessMode":"Any","size":"1Gi"}""")]
    [InlineData("""{"name":"checkpoints-x","accessMode":"ReadWriteOnce","size":"-1"}""")]
    [InlineData("""{"name":"checkpoints-x","accessMode":"ReadWriteOnce","size":"1Gi","storageClass":"A B"}""")]
    [InlineData("""{"name":"checkpoints-x","name":"checkpoints-y","accessMode":"ReadWriteOnce","size":"1Gi"}""")]
    public void A_request_that_no_annotation_of_a_pod_could_ask_for_is_none(string text) => Assert.Null(ClaimRequest.Parse(text));
}
