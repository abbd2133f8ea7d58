using Crik.Init;

namespace Crik.Tests.Init;

public sealed class PreloadTests
{
    [Theory]
    [InlineData("A=1", "A=1 LD_PRELOAD=/x.so")]
    [InlineData("LD_PRELOAD= A=1", "A=1 LD_PRELOAD=/x.so")]
    [InlineData("LD_PRELOAD=/mine.so A=1", "LD_PRELOAD=/mine.so:/x.so A=1")]
    [InlineData("LD_PRELOAD=/a.so:/b.so LD_PRELOADED=1", "LD_PRELOAD=/a.so:/b.so:/x.so LD_PRELOADED=1")]
    public void A_library_is_added_after_those_that_are_preloaded_already(string before, string after)
    {
        Assert.Equal(after.Split(' '), Preload.Add(before.Split(' '), "/x.so"));
    }
}
