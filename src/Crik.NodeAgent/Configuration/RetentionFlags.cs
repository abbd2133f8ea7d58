using System.CommandLine;
using System.Globalization;
using Crik.Hosting;
using Crik.NodeAgent.Leading;

namespace Crik.NodeAgent.Configuration;

/// <summary>The flags that say which checkpoints expire.</summary>
internal sealed class RetentionFlags(FlagTable flags)
{
    private const string Unlimited = "no limit";

    private readonly Option<string> _keepPerContainer = flags.Text("--keep-per-container", "how many checkpoints of one container are kept", Unlimited);
    private readonly Option<string> _keepPerPod = flags.Text("--keep-per-pod", "how many checkpoints of one pod are kept", Unlimited);
    private readonly Option<string> _keepPerNamespace = flags.Text("--keep-per-namespace", "how many checkpoints of one namespace are kept", Unlimited);
    private readonly Option<string> _bytesPerContainer = flags.Text("--bytes-per-container", "how many bytes the checkpoints of one container may have, such as 10Gi", Unlimited);
    private readonly Option<string> _bytesPerPod = flags.Text("--bytes-per-pod", "how many bytes the checkpoints of one pod may have", Unlimited);
    private readonly Option<string> _bytesPerNamespace = flags.Text("--bytes-per-namespace", "how many bytes the checkpoints of one namespace may have", Unlimited);
    private readonly Option<string> _maxAge = flags.Text("--max-age", "after which time a checkpoint expires, such as 720h", Unlimited);

    public RetentionRules Read() => new()
    {
        Container = new RetentionLimit(Count(_keepPerContainer), Bytes(_bytesPerContainer)),
        Pod = new RetentionLimit(Count(_keepPerPod), Bytes(_bytesPerPod)),
        Namespace = new RetentionLimit(Count(_keepPerNamespace), Bytes(_bytesPerNamespace)),
        MaxAge = flags.Value(_maxAge) is null ? null : flags.Time(_maxAge, TimeSpan.MaxValue),
    };

    private int? Count(Option<string> option)
    {
        int? count = flags.NumberIfGiven(option);
        if (count is 0)
        {
            flags.Refuse($"{option.Name}: must be at least 1, because every checkpoint would expire at once");
        }

        return count;
    }

    private long? Bytes(Option<string> option)
    {
        if (flags.Value(option) is not { } text)
        {
            return null;
        }

        int digits = text.TakeWhile(char.IsAsciiDigit).Count();
        int shift = text[digits..] switch { "" => 0, "Ki" => 10, "Mi" => 20, "Gi" => 30, "Ti" => 40, _ => -1 };
        if (shift < 0 || !long.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number is 0 or > 1L << 22)
        {
            flags.Refuse($"{option.Name}: must be a quantity such as 500Mi or 10Gi, not '{text}'");
            return null;
        }

        return number << shift;
    }
}
