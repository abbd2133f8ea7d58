namespace Crik;

/// <summary>
/// Replaces the operators of System.Linq that crik uses. They have the same names and are lazy too. To be fast, System.Linq has a class for
/// each pair of operators and each pair of types; in a native build these were a fifth of the binary (docs/design/performance.md).
/// </summary>
internal static partial class Sequences
{
    public static IEnumerable<TResult> Select<T, TResult>(this IEnumerable<T> source, Func<T, TResult> selector)
    {
        foreach (T item in source)
        {
            yield return selector(item);
        }
    }

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
        where T : class
    {
        foreach (T? item in source)
        {
            if (item is not null)
            {
                yield return item;
            }
        }
    }

    public static IEnumerable<T> Concat<T>(this IEnumerable<T> first, IEnumerable<T> second)
    {
        foreach (T item in first)
        {
            yield return item;
        }

        foreach (T item in second)
        {
            yield return item;
        }
    }

    public static IEnumerable<T> Append<T>(this IEnumerable<T> source, T last) => source.Concat([last]);

    public static IEnumerable<T> Skip<T>(this IEnumerable<T> source, int count)
    {
        int left = count;
        foreach (T item in source)
        {
            if (left-- <= 0)
            {
                yield return item;
            }
        }
    }

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

    public static IEnumerable<T> DistinctBy<T, TKey>(this IEnumerable<T> source, Func<T, TKey> key)
    {
        HashSet<TKey> seen = [];
        foreach (T item in source)
        {
            if (seen.Add(key(item)))
            {
                yield return item;
            }
        }
    }

    public static IEnumerable<T> Except<T>(this IEnumerable<T> source, IEnumerable<T> without)
    {
        HashSet<T> seen = [.. without];
        foreach (T item in source)
        {
            if (seen.Add(item))
            {
                yield return item;
            }
        }
    }

    public static IEnumerable<T> Intersect<T>(this IEnumerable<T> source, IEnumerable<T> within)
    {
        HashSet<T> left = [.. within];
        foreach (T item in source)
        {
            if (left.Remove(item))
            {
                yield return item;
            }
        }
    }

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

    public static IEnumerable<T> DefaultIfEmpty<T>(this IEnumerable<T> source, T otherwise)
    {
        bool empty = true;
        foreach (T item in source)
        {
            empty = false;
            yield return item;
        }

        if (empty)
        {
            yield return otherwise;
        }
    }
}
