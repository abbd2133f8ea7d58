using Crik.Criu;

namespace Crik.Tests.Criu;

public sealed class MemoryFileNumbersTests
{
    [Fact]
    public void New_files_get_higher_numbers_than_those_that_were_used_up()
    {
        long wanted = MemoryFileNumbers.Next()!.Value + 1000;

        MemoryFileNumbers.CountOn(wanted);

        Assert.True(MemoryFileNumbers.Next() > wanted);
    }

    [Fact]
    public void Nothing_is_used_up_where_the_numbers_are_higher_already()
    {
        MemoryFileNumbers.CountOn(0);
        long before = MemoryFileNumbers.Next()!.Value;
        MemoryFileNumbers.CountOn(before);

        Assert.InRange(MemoryFileNumbers.Next()!.Value, before + 2, before + 100); // other tests make files there too
    }

    [Theory]
    [InlineData("/proc")]
    [InlineData("/nowhere")]
    public void Where_no_file_can_be_made_there_is_no_number_and_nothing_to_use_up(string place)
    {
        Assert.Null(MemoryFileNumbers.Next(place));
        MemoryFileNumbers.CountOn(1000, place);
    }
}
