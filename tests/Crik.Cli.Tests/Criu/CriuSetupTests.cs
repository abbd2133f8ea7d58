using Crik.Criu;

namespace Crik.Tests.Criu;

public sealed class CriuSetupTests
{
    [Theory]
    [InlineData("criu", true, "/opt/crik/bin/criu")]
    [InlineData("criu", false, "criu")]
    [InlineData("/usr/sbin/criu", true, "/usr/sbin/criu")]
    [InlineData("criu-4.2", true, "criu-4.2")]
    public void A_crik_from_the_bundle_uses_the_bundle_s_criu_unless_the_user_names_another_one(string configured, bool isFromBundle, string used) =>
        Assert.Equal(used, CriuSetup.InBundle(configured, isFromBundle));

    [Theory]
    [InlineData("/opt/crik/bin/crik", "/opt/crik")]
    [InlineData("/opt/crik/opt/crik/bin/crik", "/opt/crik/opt/crik")] // an image volume
    [InlineData("/usr/local/bin/crik", null)]
    [InlineData(null, null)]
    public void A_crik_knows_the_directory_of_its_bundle_also_on_an_image_volume(string? crik, string? directory) => Assert.Equal(directory, Bundle.DirectoryOf(crik));
}
