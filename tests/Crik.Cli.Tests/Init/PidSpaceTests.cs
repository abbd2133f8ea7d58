using Crik.Init;

namespace Crik.Tests.Init;

public sealed class PidSpaceTests
{
    [Theory]
    [InlineData(5, new[] { 301, 302 }, 5)]
    [InlineData(290, new[] { 301, 302 }, 302)]
    [InlineData(301, new[] { 301, 302 }, 302)]
    [InlineData(305, new[] { 301, 302 }, 305)]
    [InlineData(290, new[] { 301, 330, 370, 500 }, 370)]
    [InlineData(290, new int[0], 290)]
    public void Criu_gets_PIDs_that_the_tree_does_not_need(int last, int[] needed, int room) => Assert.Equal(room, PidSpace.FindRoom(last, needed));
}
