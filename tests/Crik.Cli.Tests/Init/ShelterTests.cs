using Crik.Init;

namespace Crik.Tests.Init;

public sealed class ShelterTests
{
    [Theory]
    [InlineData("A=1", "A=1 GODEBUG=multipathtcp=0")]
    [InlineData("GODEBUG=gctrace=1 A=1", "GODEBUG=multipathtcp=0,gctrace=1 A=1")]
    [InlineData("GODEBUG=gctrace=1,multipathtcp=1", "GODEBUG=gctrace=1,multipathtcp=1")]
    public void Go_is_told_to_do_without_multipath_unless_somebody_says_otherwise(string before, string after)
    {
        Assert.Equal(after.Split(' '), Shelter.WithoutMultipath(before.Split(' ')));
    }
}
