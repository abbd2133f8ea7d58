namespace Crik;

internal static partial class Sequences
{
    public static bool Any<T>(this IEnumerable<T> source, Func<T, bool> predicate)
    {
        foreach (T item in source.Where(predicate))
        {
            return true;
        }

        return false;
    }

    public static bool All<T>(this IEnumerable<T> source, Func<T, bool> predicate) => !source.Any(item => !predicate(item));

    public static bool Contains<T>(this IEnumerable<T> source, T wanted) =>
        source.Any(item => EqualityComparer<T>.Default.Equals(item, wanted));

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

    /// <param name="least">The answer where no item is larger.</param>
    public static T Max<T>(this IEnumerable<T> source, T least)
    {
        foreach (T item in source)
        {
            least = Comparer<T>.Default.Compare(item, least) > 0 ? item : least;
        }

        return least;
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
