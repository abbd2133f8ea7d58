using System.Globalization;
using System.Text;

namespace Crik.NodeStateServer.Metrics;

/// <summary>Prometheus' text format, version 0.0.4.</summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    public void Family(string name, string type, string help) => _text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    public void Single(string name, string type, string help, double value)
    {
        Family(name, type, help);
        Sample(name, "", value);
    }

    /// <param name="labels">As in `a="b",c="d"`; none of ours needs escaping.</param>
    public void Sample(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0)
        {
            _text.Append('{').Append(labels).Append('}');
        }

        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    public static string Number(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    public override string ToString() => _text.ToString();
}
