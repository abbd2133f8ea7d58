namespace Crik.Operator.Serving;

/// <summary>One of the three ports. Each serves only its own paths.</summary>
internal enum Port
{
    Webhook,
    Metrics,
    Health,
}

/// <summary>The port on which a connection arrived.</summary>
internal sealed record PortFeature(Port Port);
