using System.Text;

namespace Crik.Registry.Tests;

public sealed class PushedManifestTests
{
    [Theory]
    [InlineData("""{"annotations":{"a":"1","b":"2"}}""", "")]
    [InlineData("""{"annotations":{"b":"2","c":"3","a":"1"}}""", "")]
    [InlineData("""{"annotations":{"b":"2"}}""", "a")]
    [InlineData("""{"annotations":{"a":"other","b":""}}""", "a b")]
    [InlineData("""{"annotations":{}}""", "a b")]
    [InlineData("""{"schemaVersion":2}""", "a b")]
    [InlineData("null", "a b")]
    public void What_a_registry_dropped_or_changed_is_named(string stored, string missing) =>
        Assert.Equal(missing, string.Join(' ', PushedManifest.MissingAnnotations(Bytes("""{"annotations":{"a":"1","b":"2"}}"""), Bytes(stored))));

    [Theory]
    [InlineData("<html>")]
    [InlineData("""{"annotations":[]}""")]
    public void What_is_no_manifest_is_a_failure_of_the_registry(string stored) =>
        Assert.Equal(RegistryFailure.BadAnswer, Assert.Throws<RegistryException>(() => PushedManifest.MissingAnnotations(Bytes("{}"), Bytes(stored))).Failure);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
