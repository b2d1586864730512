using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ColumnStream.Data;

/// <summary>
/// Tells a host whether the server answers: <c>services.AddHealthChecks().AddCheck&lt;ColumnStreamHealthCheck&gt;("columnstream")</c>.
/// </summary>
public sealed class ColumnStreamHealthCheck(ColumnStreamDataSource source) : IHealthCheck
{
    /// <summary>Pings the server; what fails is given as the registration's status of failures, with the server's error.</summary>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            string version = await source.PingAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy(data: new Dictionary<string, object> { ["version"] = version });
        }
        catch (ColumnStreamException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e);
        }
    }
}
