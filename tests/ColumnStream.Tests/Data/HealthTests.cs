using System.Threading.Tasks;
using ColumnStream.Data;
using ColumnStream.Flight.Grpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace ColumnStream.Tests.Data;

/// <summary>
/// Goal: a host learns whether the server answers, and sessions that a server does not know any more cost one error. Method: a
/// whole server, and one that forgets who is signed in.
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
        Assert.Equal(1, served.Source.IdleSessions);
        await using var nobody = new ColumnStreamDataSource("Host=/nowhere/socket;Timeout=5");
        HealthCheckResult gone = await new ColumnStreamHealthCheck(nobody).CheckHealthAsync(context);
        Assert.Equal(HealthStatus.Degraded, gone.Status);
        Assert.True(Assert.IsType<ColumnStreamException>(gone.Exception).IsTransient);
    }

    [Fact]
    public async Task Sessions_that_a_new_server_does_not_know_leave_the_pool()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        await using (ColumnStreamConnection one = await server.Source.OpenConnectionAsync())
        {
            await (await server.Source.OpenConnectionAsync()).DisposeAsync();
        }

        Assert.Equal(2, server.Source.IdleSessions);
        server.Server.Backend.ForgetLogins();
        await using (ColumnStreamConnection stale = await server.Source.OpenConnectionAsync())
        {
            ColumnStreamException unknown = await Assert.ThrowsAsync<ColumnStreamException>(
                () => stale.CreateCommand("ECHO ?").ExecuteScalarAsync());
            Assert.Equal(GrpcStatusCode.Unauthenticated, unknown.StatusCode);
        }

        Assert.Equal(0, server.Source.IdleSessions);
        await using (ColumnStreamConnection fresh = await server.Source.OpenConnectionAsync())
        {
            Assert.Equal(3, await fresh.CreateCommand("CHANGE 3").ExecuteNonQueryAsync());
        }

        server.Server.Backend.ForgetLogins();
        Assert.NotEmpty(await server.Source.PingAsync()); // a ping tries again by itself
        Assert.Equal(1, server.Source.IdleSessions);
    }
}
