using System.Diagnostics;
using System.Text;

namespace Crik.Tests.Fuzz;

/// <summary>
/// Turns good input into bad input: it flips bits, cuts, repeats, and inserts pieces that are hard to read. The seed is fixed, so a finding
/// comes again; the time is bounded, so a slow machine sees fewer rounds and not a longer test.
/// </summary>
internal sealed class Mutation(int seed)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(4);

    private static readonly byte[][] s_pieces =
    [
        [0], [0xff], [0xff, 0xfe], [0xc3, 0x28], [0xed, 0xa0, 0x80], "\r\n"u8.ToArray(), "\n"u8.ToArray(), "../../../etc/passwd"u8.ToArray(), "/../"u8.ToArray(),
        "-1"u8.ToArray(), "2147483648"u8.ToArray(), "9223372036854775807"u8.ToArray(), "99999999999999999999999999"u8.ToArray(), "1e999"u8.ToArray(), "null"u8.ToArray(),
        "[]"u8.ToArray(), "{}"u8.ToArray(), "\"\""u8.ToArray(), "\\u0000"u8.ToArray(), "\\ud800"u8.ToArray(), "&a *a"u8.ToArray(), "!!binary "u8.ToArray(), "%00"u8.ToArray(),
        "<<: "u8.ToArray(), "---\n"u8.ToArray(), "\t"u8.ToArray(), "0x7fffffff"u8.ToArray(), "HTTP/1.1 100 \r\n\r\n"u8.ToArray(), "ffffffff\r\n"u8.ToArray(),
        Encoding.ASCII.GetBytes(new string('[', 2000)), Encoding.ASCII.GetBytes(new string('{', 2000)), Encoding.ASCII.GetBytes(new string('a', 5000)),
        [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0xff, 0xff, 0xff, 0xff, 0x0f], [0xff, 0xff, 0xff, 0x7f],
    ];

    private readonly Random _random = new(seed);

    /// <summary>Damages one of the good inputs and tries it, many times.</summary>
    public static void Run(int seed, int rounds, byte[][] good, Action<byte[]> read)
    {
        Mutation mutation = new(seed);
        Stopwatch clock = Stopwatch.StartNew();
        int round = 0;
        for (; round < rounds && clock.Elapsed < s_longest; round++)
        {
            byte[] bad = mutation.Of(good);
            try
            {
                read(bad);
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed}, round {round}: {exception}\ninput, in base64: {Convert.ToBase64String(bad)}");
            }
        }

        Assert.NotEqual(0, round);
    }

    private byte[] Of(byte[][] good)
    {
        List<byte> bytes = [.. good[_random.Next(good.Length)]];
        for (int changes = _random.Next(1, 5); changes > 0; changes--)
        {
            Change(bytes, good);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[][] good)
    {
        int at = _random.Next(bytes.Count + 1);
        int length = Math.Min(bytes.Count - at, 1 << _random.Next(10));
        switch (_random.Next(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 5:
                byte[] other = good[_random.Next(good.Length)];
                int from = _random.Next(other.Length + 1);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + 200)]);
                break;
            default:
                byte[] piece = s_pieces[_random.Next(s_pieces.Length)];
                bytes.RemoveRange(at, Math.Min(bytes.Count - at, _random.Next(3) == 0 ? piece.Length : 0));
                bytes.InsertRange(at, piece);
                break;
        }
    }
}
