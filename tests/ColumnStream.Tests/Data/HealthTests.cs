using System.Threading.Tasks;
using ColumnStream.Data;
using ColumnStream.Flight.Grpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace ColumnStream.Tests.Data;

/// <summary>
/// Goal: a host learns whether the server answers, and a server that was started again costs a pool one error at most. Method: a whole
/// server that is taken away and brought back.
/// </summary>
public sealed class HealthTests
{
    [Fact]
    public async Task A_host_is_told_whether_the_server_answers()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using ServiceProvider services = new ServiceCollection()
            .AddSingleton(served.Source).AddTransient<ColumnStreamHealthCheck>().BuildServiceProvider();
        ColumnStreamHealthCheck check = services.GetRequiredService<ColumnStreamHealthCheck>();
        var context = new HealthCheckContext
        {
            Registration = new HealthCheckRegistration("columnstream", check, HealthStatus.Degraded, null),
        };
        HealthCheckResult well = await check.CheckHealthAsync(context);
        Assert.Equal(HealthStatus.Healthy, well.Status);
        Assert.Equal(await served.Source.PingAsync(), well.Data["version"]);
        await served.RestartAsync();
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(context)).Status);
        Assert.Equal(1, served.Source.IdleSessions);

        await using var nobody = new ColumnStreamDataSource("Host=/nowhere/socket;Timeout=5");
        HealthCheckResult gone = await new ColumnStreamHealthCheck(nobody).CheckHealthAsync(context);
        Assert.Equal(HealthStatus.Degraded, gone.Status);
        Assert.True(Assert.IsType<ColumnStreamException>(gone.Exception).IsTransient);
    }

    [Fact]
    public async Task Sessions_that_a_new_server_does_not_know_leave_the_pool()
    {
        await using ServedDriver served = await ServedDriver.StartAsync();
        await using (ColumnStreamConnection one = await served.Source.OpenConnectionAsync())
        {
            await (await served.Source.OpenConnectionAsync()).DisposeAsync();
        }

        Assert.Equal(2, served.Source.IdleSessions);
        await served.RestartAsync();
        await using (ColumnStreamConnection stale = await served.Source.OpenConnectionAsync())
        {
            ColumnStreamException unknown = await Assert.ThrowsAsync<ColumnStreamException>(
                () => stale.CreateCommand("SELECT 1").ExecuteScalarAsync());
            Assert.Equal(GrpcStatusCode.Unauthenticated, unknown.StatusCode);
        }

        Assert.Equal(0, served.Source.IdleSessions);
        await using ColumnStreamConnection fresh = await served.Source.OpenConnectionAsync();
        Assert.Equal(1, await fresh.CreateCommand("SELECT 1").ExecuteScalarAsync());
    }
}
