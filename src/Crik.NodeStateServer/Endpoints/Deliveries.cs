using Crik.NodeStateServer.Metrics;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>Begins answers that are larger than the buffers of a connection.</summary>
internal sealed class Deliveries(DeliveryLimits limits, TimeProvider clock, ServerMetrics metrics)
{
    public Delivery To(HttpContext context) => new(context, limits, clock, metrics);
}
