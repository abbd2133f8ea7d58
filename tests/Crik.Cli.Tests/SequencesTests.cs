using Linq = System.Linq.Enumerable;

namespace Crik.Tests;

/// <summary>Compares each operator with System.Linq: it must give the same result and read no more of its source.</summary>
public sealed class SequencesTests
{
    private static readonly int[] s_numbers = [5, 3, 9, 3, 1, 7];
    private static readonly string[] s_words = ["pear", "fig", "apple", "kiwi", "date"];

    public static TheoryData<string, IEnumerable<object>, IEnumerable<object>> Pairs => new()
    {
        { "Select", Boxed(Sequences.Select(s_numbers, n => n * 2)), Boxed(Linq.Select(s_numbers, n => n * 2)) },
        { "Select with index", Boxed(Sequences.Select(s_numbers, (n, i) => n * i)), Boxed(Linq.Select(s_numbers, (n, i) => n * i)) },
        { "SelectMany", Boxed(Sequences.SelectMany(s_words, w => w)), Boxed(Linq.SelectMany(s_words, w => w)) },
        { "Where", Boxed(Sequences.Where(s_numbers, n => n > 3)), Boxed(Linq.Where(s_numbers, n => n > 3)) },
        { "OfType", Sequences.OfType<string>(["a", null, "b"]), Linq.OfType<string>(new string?[] { "a", null, "b" }) },
        { "Concat", Boxed(Sequences.Concat(s_numbers, [1, 2])), Boxed(Linq.Concat(s_numbers, [1, 2])) },
        { "Append", Boxed(Sequences.Append(s_numbers, 4)), Boxed(Linq.Append(s_numbers, 4)) },
        { "Skip", Boxed(Sequences.Skip(s_numbers, 2)), Boxed(Linq.Skip(s_numbers, 2)) },
        { "Skip more than there is", Boxed(Sequences.Skip(s_numbers, 9)), Boxed(Linq.Skip(s_numbers, 9)) },
        { "Take", Boxed(Sequences.Take(s_numbers, 2)), Boxed(Linq.Take(s_numbers, 2)) },
        { "Take nothing", Boxed(Sequences.Take(s_numbers, 0)), Boxed(Linq.Take(s_numbers, 0)) },
        { "TakeLast", Boxed(Sequences.TakeLast(s_numbers, 2)), Boxed(Linq.TakeLast(s_numbers, 2)) },
        { "TakeLast of less", Boxed(Sequences.TakeLast(s_numbers, 9)), Boxed(Linq.TakeLast(s_numbers, 9)) },
        { "Distinct", Boxed(Sequences.Distinct(s_numbers)), Boxed(Linq.Distinct(s_numbers)) },
        { "DistinctBy", Sequences.DistinctBy(s_words, w => w.Length), Linq.DistinctBy(s_words, w => w.Length) },
        { "Except", Boxed(Sequences.Except(s_numbers, [9, 1])), Boxed(Linq.Except(s_numbers, [9, 1])) },
        { "Intersect", Boxed(Sequences.Intersect(s_numbers, [3, 7, 8])), Boxed(Linq.Intersect(s_numbers, [3, 7, 8])) },
        { "Order", Boxed(Sequences.Order(s_numbers)), Boxed(Linq.Order(s_numbers)) },
        { "OrderDescending", Boxed(Sequences.OrderDescending(s_numbers)), Boxed(Linq.OrderDescending(s_numbers)) },
        { "Order by a comparer", Sequences.Order(s_words, StringComparer.Ordinal), Linq.Order(s_words, StringComparer.Ordinal) },
        { "OrderBy keeps the order of equals", Sequences.OrderBy(s_words, w => w.Length), Linq.OrderBy(s_words, w => w.Length) },
        { "OrderByDescending does so too", Sequences.OrderByDescending(s_words, w => w.Length), Linq.OrderByDescending(s_words, w => w.Length) },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void An_operator_gives_the_same_sequence_as_Linq(string name, IEnumerable<object> ours, IEnumerable<object> theirs)
    {
        Assert.True(Linq.SequenceEqual(ours, theirs), $"{name}: {string.Join(' ', ours)} instead of {string.Join(' ', theirs)}");
    }

    [Fact]
    public void An_operator_gives_the_same_answer_as_Linq()
    {
        Assert.Equal(Linq.Max(s_numbers), Sequences.Max(s_numbers, 4));
        Assert.Equal(4, Sequences.Max(Array.Empty<int>(), 4));
        Assert.Equal(Linq.Sum(s_words, w => (long)w.Length), Sequences.Sum(s_words, w => w.Length));
        Assert.True(Sequences.Any(s_numbers, n => n == 9));
        Assert.False(Sequences.Any(s_numbers, n => n == 8));
        Assert.True(Sequences.All(s_numbers, n => n < 10));
        Assert.False(Sequences.All(s_numbers, n => n < 9));
        Assert.True(Sequences.Contains((IEnumerable<string>)s_words, "fig"));
        Assert.False(Sequences.Contains((IEnumerable<string>)s_words, "Fig"));
        Assert.Equal("apple", Sequences.FirstOrDefault(s_words, w => w.Length > 4));
        Assert.Null(Sequences.FirstOrDefault(s_words, w => w.Length > 9));
        Assert.Equal("none", Sequences.FirstOrDefault(s_words, w => w.Length > 9, "none"));
        Assert.Equal("none", Sequences.FirstOrDefault([], "none"));
    }

    [Fact]
    public void The_source_is_read_only_when_and_as_far_as_it_is_needed()
    {
        int asked = 0;
        IEnumerable<int> Counted()
        {
            foreach (int number in s_numbers)
            {
                asked++;
                yield return number;
            }
        }

        IEnumerable<int> query = Sequences.Take(Sequences.Select(Sequences.Where(Counted(), n => n > 3), n => n + 1), 2);

        Assert.Equal(0, asked);
        Assert.Equal(6, Sequences.FirstOrDefault(query, 0));
        Assert.Equal(1, asked);
        Assert.Equal([6, 10], Linq.ToArray(query));
        Assert.Equal(1 + 3, asked);
    }

    private static IEnumerable<object> Boxed<T>(IEnumerable<T> source)
        where T : struct => Linq.Cast<object>(source);
}
