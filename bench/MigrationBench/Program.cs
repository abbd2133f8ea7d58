using System.Globalization;
using Crik.MigrationBench;

if (args.Length != 3 || !File.Exists(args[0]))
{
    await Console.Error.WriteLineAsync("""
        usage: MigrationBench OPERATOR MOVES OPEN
        OPERATOR is the path of the crik-operator binary, MOVES how many pods it moves, and OPEN how many moves are open at a time.
        """);
    return 64;
}

MoveMeasurement measured = await MoveMeasurement.TakeAsync(args[0], int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture));
measured.Print(Console.Out);
return measured.Problems.Count == 0 ? 0 : 1;
