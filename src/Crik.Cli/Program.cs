namespace Crik;

internal static class Program
{
    public static int Main(string[] arguments) => arguments.Length;
}
