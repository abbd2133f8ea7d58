namespace Crik.Metrics;

/// <summary>
/// Writes metrics in Prometheus' text format, version 0.0.4. All samples of a metric have to follow its head.
/// https://prometheus.io/docs/instrumenting/exposition_formats
/// </summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new();
    private string _name = "";

    public override string ToString() => _text.ToString();

    /// <param name="type">counter or gauge.</param>
    /// <param name="help">One line, without a backslash.</param>
    public PrometheusText Begin(string name, string type, string help)
    {
        _name = name;
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return this;
    }

    public void Sample(long value) => Line("", value.ToString(CultureInfo.InvariantCulture));

    public void Sample(string label, string text, long value) => Line(Pair(label, text), value.ToString(CultureInfo.InvariantCulture));

    public void Sample(string label, string text, string secondLabel, string secondText, long value) =>
        Line($"{Pair(label, text)},{Pair(secondLabel, secondText)}", value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a sample in seconds.</summary>
    public void Seconds(long milliseconds) => Line("", InSeconds(milliseconds));

    /// <inheritdoc cref="Seconds(long)"/>
    public void Seconds(string label, string text, long milliseconds) => Line(Pair(label, text), InSeconds(milliseconds));

    private static string InSeconds(long milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000}.{milliseconds % 1000:000}");

    private static string Pair(string label, string text)
    {
        StringBuilder pair = new(label);
        pair.Append("=\"");
        foreach (char c in text)
        {
            pair.Append(c is '\\' or '"' ? "\\" : "").Append(c == '\n' ? "\\n" : c.ToString());
        }

        return pair.Append('"').ToString();
    }

    private void Line(string labels, string value)
    {
        _text.Append(_name);
        if (labels.Length > 0)
        {
            _text.Append('{').Append(labels).Append('}');
        }

        _text.Append(' ').Append(value).Append('\n');
    }
}
