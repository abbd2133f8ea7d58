namespace Crik;

/// <summary>
/// Replaces the operators of System.Linq that crik uses. They have the same names and are lazy too. To be fast, System.Linq has a class for
/// each pair of operators and each pair of types; in a native build these were a fifth of the binary (docs/design/performance.md).
/// </summary>
internal static partial class Sequences
{
    public static IEnumerable<TResult> Select<T, TResult>(this IEnumerable<T> source, Func<T, TResult> selector) =>
        source.Select((item, _) => selector(item));

    public static IEnumerable<TResult> Select<T, TResult>(this IEnumerable<T> source, Func<T, int, TResult> selector)
    {
        int index = 0;
        foreach (T item in source)
        {
            yield return selector(item, index++);
        }
    }

    public static IEnumerable<TResult> SelectMany<T, TResult>(this IEnumerable<T> source, Func<T, IEnumerable<TResult>> selector)
    {
        foreach (T item in source)
        {
            foreach (TResult result in selector(item))
            {
                yield return result;
            }
        }
    }

    public static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, bool> predicate)
    {
        foreach (T item in source)
        {
            if (predicate(item))
            {
                yield return item;
            }
        }
    }

    public static IEnumerable<T> OfType<T>(this IEnumerable<T?> source)
        where T : class => source.Where(item => item is not null)!;

    public static IEnumerable<T> Concat<T>(this IEnumerable<T> first, IEnumerable<T> second) => new[] { first, second }.SelectMany(items => items);

    public static IEnumerable<T> Append<T>(this IEnumerable<T> source, T last) => source.Concat([last]);

    public static IEnumerable<T> Skip<T>(this IEnumerable<T> source, int count) =>
        source.Select((item, index) => (Item: item, Index: index)).Where(at => at.Index >= count).Select(at => at.Item);

    public static IEnumerable<T> Take<T>(this IEnumerable<T> source, int count)
    {
        if (count <= 0)
        {
            yield break;
        }

        int left = count;
        foreach (T item in source)
        {
            yield return item;
            if (--left == 0)
            {
                yield break;
            }
        }
    }

    public static IEnumerable<T> TakeLast<T>(this IReadOnlyCollection<T> source, int count) => source.Skip(source.Count - count);

    public static IEnumerable<T> Distinct<T>(this IEnumerable<T> source) => source.DistinctBy(item => item);

    public static IEnumerable<T> DistinctBy<T, TKey>(this IEnumerable<T> source, Func<T, TKey> key) =>
        source.Where(() => new HashSet<TKey>(), (seen, item) => seen.Add(key(item)));

    public static IEnumerable<T> Except<T>(this IEnumerable<T> source, IEnumerable<T> without) =>
        source.Where(() => new HashSet<T>(without), (seen, item) => seen.Add(item));

    public static IEnumerable<T> Intersect<T>(this IEnumerable<T> source, IEnumerable<T> within) =>
        source.Where(() => new HashSet<T>(within), (left, item) => left.Remove(item));

    /// <summary>Sorts; items with equal keys keep their order.</summary>
    public static IEnumerable<T> OrderBy<T, TKey>(this IEnumerable<T> source, Func<T, TKey> key, IComparer<TKey>? comparer = null)
    {
        comparer ??= Comparer<TKey>.Default;
        T[] items = [.. source];
        TKey[] keys = [.. items.Select(key)];
        int[] order = [.. items.Select((_, index) => index)];
        Array.Sort(order, (a, b) => comparer.Compare(keys[a], keys[b]) is var difference and not 0 ? difference : a - b);
        foreach (int index in order)
        {
            yield return items[index];
        }
    }

    public static IEnumerable<T> OrderByDescending<T, TKey>(this IEnumerable<T> source, Func<T, TKey> key)
    {
        Comparer<TKey> ascending = Comparer<TKey>.Default;
        return source.OrderBy(key, Comparer<TKey>.Create((a, b) => ascending.Compare(b, a)));
    }

    public static IEnumerable<T> Order<T>(this IEnumerable<T> source, IComparer<T>? comparer = null) => source.OrderBy(item => item, comparer);

    public static IEnumerable<T> OrderDescending<T>(this IEnumerable<T> source) => source.OrderByDescending(item => item);

    /// <param name="start">Makes what the condition remembers; called at each enumeration.</param>
    private static IEnumerable<T> Where<T, TMemory>(this IEnumerable<T> source, Func<TMemory> start, Func<TMemory, T, bool> predicate)
    {
        TMemory memory = start();
        foreach (T item in source.Where(item => predicate(memory, item)))
        {
            yield return item;
        }
    }
}
