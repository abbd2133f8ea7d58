using Crik.Criu;

namespace Crik.Tests.Criu;

public sealed class MulticastGroupsTests
{
    [Fact]
    public void Groups_are_listed_with_their_interfaces_and_without_those_of_the_pods_own_addresses() => Assert.Equal(
        ["lo 010000E0", "eth0 030201EF", "eth0 010000E0", "eth0 ff020000000000000000000000000001"],
        MulticastGroups.Parse(
            [
                "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter",
                "1\tlo        :     1      V3", "\t\t\t\t010000E0     1 0:00000000\t\t0",
                "2\teth0      :     2      V3", "\t\t\t\t030201EF     1 0:00000000\t\t0", "\t\t\t\t010000E0     1 0:00000000\t\t0",
            ],
            [
                "2    eth0            ff0200000000000000000001ff123456     1 00000004 0", "2    eth0            ff020000000000000000000000000001     1 0000000C 0",
            ]));

    [Fact]
    public void What_is_not_as_expected_is_skipped() => Assert.Empty(MulticastGroups.Parse(["titles", "\t", ""], ["", "1"]));
}
