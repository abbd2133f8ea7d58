namespace Crik;

internal static partial class Sequences
{
    public static bool Any<T>(this IEnumerable<T> source, Func<T, bool> predicate)
    {
        foreach (T item in source)
        {
            if (predicate(item))
            {
                return true;
            }
        }

        return false;
    }

    public static bool All<T>(this IEnumerable<T> source, Func<T, bool> predicate) => !source.Any(item => !predicate(item));

    public static bool Contains<T>(this IEnumerable<T> source, T wanted)
    {
        EqualityComparer<T> same = EqualityComparer<T>.Default;
        return source.Any(item => same.Equals(item, wanted));
    }

    public static T First<T>(this IEnumerable<T> source, Func<T, bool> predicate)
    {
        foreach (T item in source.Where(predicate))
        {
            return item;
        }

        throw new InvalidOperationException("no item of the sequence meets the condition");
    }

    public static T FirstOrDefault<T>(this IEnumerable<T> source, T otherwise) => source.FirstOrDefault(_ => true, otherwise);

    public static T? FirstOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate) => source.FirstOrDefault(predicate, default!);

    public static T FirstOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate, T otherwise)
    {
        foreach (T item in source.Where(predicate))
        {
            return item;
        }

        return otherwise;
    }

    public static T Max<T>(this IEnumerable<T> source)
    {
        Comparer<T> comparer = Comparer<T>.Default;
        using IEnumerator<T> items = source.GetEnumerator();
        T most = items.MoveNext() ? items.Current : throw new InvalidOperationException("the sequence is empty");
        while (items.MoveNext())
        {
            most = comparer.Compare(items.Current, most) > 0 ? items.Current : most;
        }

        return most;
    }

    public static long Sum<T>(this IEnumerable<T> source, Func<T, long> selector)
    {
        long sum = 0;
        foreach (T item in source)
        {
            sum += selector(item);
        }

        return sum;
    }
}
