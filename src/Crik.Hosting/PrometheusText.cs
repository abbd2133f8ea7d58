using System.Globalization;
using System.Text;

namespace Crik.Hosting;

/// <summary>Writes metrics in version 0.0.4 of Prometheus' text format.</summary>
public sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    public void Family(string name, string type, string help) => _text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    public void Metric(string name, string type, string help, double value)
    {
        Family(name, type, help);
        Sample(name, "", value);
    }

    /// <param name="labels">
    /// The labels as they are written, such as `a="b",c="d"`. They are not escaped, because no label of this server
    /// needs it.
    /// </param>
    public void Sample(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0)
        {
            _text.Append('{').Append(labels).Append('}');
        }

        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    public static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf" : value.ToString("0.#########", CultureInfo.InvariantCulture);

    public override string ToString() => _text.ToString();
}
