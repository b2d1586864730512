using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Hostile;
using Xunit;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>
/// Goal: users of one server share its connections. Method: the whole server with few of them; bare connections of one user with calls that
/// do not end, and clients of that user and of another one.
/// </summary>
public sealed class ConnectionLimitTests
{
    [Fact]
    public async Task A_user_that_takes_all_it_gets_leaves_some_to_others_and_is_told_the_code()
    {
        using var folder = new TempFolder();
        // Seven for users; six of them may be one user's, since one is free then.
        var options = new ServeOptions(folder.At("data"), new IPEndPoint(IPAddress.Loopback, 0), PlannerOptions.Default) { MaxConnections = 8 };
        await using var host = new ServeHost(options, TextWriter.Null, TextWriter.Null);
        await host.StartAsync(default);
        host.Accounts.Change("ann", static user => user with { Role = "viewer" });
        string ann = host.Accounts.AddToken("ann", lifetime: null);
        var held = new List<HostilePeer>();
        var target = new HostileTarget(host.Address!, IPAddress.Loopback, host.FirstToken!, 1);
        for (int i = 0; i < 6; i++)
        {
            held.Add(await HostilePeer.GreetAsync(target, default));
            await held[^1].OpenAsync(Http2Frame.Call("/arrow.flight.protocol.FlightService/DoPut", target.Token), default);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!held.TrueForAll(static peer => peer.Answers == 1))
        {
            await Task.Delay(5, limit.Token);
        }

        using var admin = new ServeClient(host.Address!);
        GrpcStatus refused = await admin.Refused(() => admin.SignInAsync(host.FirstToken!));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, refused.Code);
        Assert.Equal("CST6003", refused.Info!.Reason);
        Assert.Equal("true", refused.Info.Metadata["retryable"]);
        Assert.Contains("admin has 6 of 7", refused.Message, StringComparison.Ordinal);

        using ServeClient other = await new ServeClient(host.Address!).SignInAsync(ann);
        Assert.Equal(["1"], await other.Rows("SELECT 1"));
        Assert.All(held, static peer => Assert.False(peer.IsClosed));
        held.ForEach(static peer => peer.Dispose());
    }
}
