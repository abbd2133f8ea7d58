using Crik.Init;

namespace Crik.Tests.Init;

public sealed class ShelterTests
{
    [Theory]
    [InlineData("A=1", "A=1 GODEBUG=multipathtcp=0")]
    [InlineData("GODEBUG=gctrace=1 A=1", "GODEBUG=multipathtcp=0,gctrace=1 A=1")]
    [InlineData("GODEBUG=gctrace=1,multipathtcp=1", "GODEBUG=gctrace=1,multipathtcp=1")]
    public void Multipath_TCP_is_switched_off_for_Go_unless_the_environment_sets_it(string before, string after)
    {
        Assert.Equal(after.Split(' '), Shelter.WithoutMultipath(before.Split(' ')));
    }
}
