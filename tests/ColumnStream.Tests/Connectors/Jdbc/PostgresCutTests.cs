using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Storage;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Network;
using ColumnStream.Testing.Postgres;
using Xunit;

namespace ColumnStream.Tests.Connectors.Jdbc;

/// <summary>
/// Proves that a COMMIT whose answer is lost is neither lost nor done twice. Method: a proxy between sink and server cuts the connection
/// behind the k-th byte of one commit's conversation, for every k of its end and many before; then another run commits the same rows.
/// </summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresCutTests(PostgresFixture postgres)
{
    private const int Points = 500;
    private const int FirstRun = 1;
    private const int SecondRun = 2;

    [PostgresFact]
    public void A_commit_cut_at_any_byte_is_done_once()
    {
        using PostgresReader reader = postgres.Server.Open();
        string table = postgres.NewTable("id bigint, name text");
        string keyed = postgres.NewTable("id bigint PRIMARY KEY, name text");
        int ambiguous = 0;
        int failed = 0;
        int points = 0;
        foreach ((string name, bool isKeyed) in new[] { (table, false), (keyed, true) })
        {
            using var proxy = new FaultProxy(postgres.Server.Port);
            string url = $"jdbc:postgresql://127.0.0.1:{proxy.Port}/{PostgresServer.Database}";
            using SinkRun run = Start(postgres.Spec(name, isKeyed, url), FirstRun);
            using SinkRun heir = Start(postgres.Spec(name, isKeyed), SecondRun);
            long epoch = 1;
            IReadOnlyList<string> last = Prepare(run, epoch);
            (long sent, long received) = (proxy.Sent, proxy.Received);
            run.Sink.Commit(epoch, last);
            foreach ((bool isSent, long bytes) in Plan(proxy.Sent - sent, proxy.Received - received, Points / 2))
            {
                // What was committed is asked for again, so that the session stands before the cut, as in a running job.
                run.Sink.Commit(epoch, last);
                epoch++;
                points++;
                last = Prepare(run, epoch);
                bool isLost = IsLost(proxy, run, epoch, last, isSent, bytes);
                failed += isLost ? 1 : 0;
                ambiguous += isLost && reader.Count($"SELECT count(*) FROM {name} WHERE id = {2 * epoch}") > 0 ? 1 : 0;

                // A later run knows only what the manifest holds, and commits every epoch again.
                heir.Sink.Commit(epoch, last);
            }

            string[] expected = [.. Enumerable.Range(2, 2 * (int)epoch).Select(id => $"{id}|n{id}")];
            Assert.Equal(expected, postgres.Server.Query($"SELECT id, name FROM {name} ORDER BY id, name"));
        }

        Assert.Equal(Points, points);
        Assert.True(failed > Points * 9 / 10, $"cuts were felt {failed} times of {points}");
        Assert.True(ambiguous > 20, $"commits were done and not heard of {ambiguous} times");
        Assert.True(failed - ambiguous > 20, $"commits were not done {failed - ambiguous} times");
    }

    /// <summary>Chooses cut points: all of the last bytes, and as many again spread over the whole conversation.</summary>
    private static IEnumerable<(bool IsSent, long Bytes)> Plan(long sent, long received, int count)
    {
        int dense = count * 3 / 10;
        for (int i = 0; i < dense; i++)
        {
            yield return (true, Math.Max(0, sent - i - 1));
            yield return (false, Math.Max(0, received - i - 1));
        }

        int spread = count - (2 * dense);
        for (int i = 0; i < spread; i++)
        {
            bool isSent = i % 2 == 0;
            yield return (isSent, (isSent ? sent : received) * i / spread);
        }
    }

    private static SinkRun Start(TableSpec table, int run) => new(
        OptionTests.Find("jdbc"), table, with: context => context with
        {
            Staging = new MemoryObjectStore(TimeProvider.System), Generation = run, RunNonce = "n", Lineage = table.Option("table-name")!,
        });

    private static IReadOnlyList<string> Prepare(SinkRun run, long epoch)
    {
        run.Write(2 * epoch, (2 * epoch) + 1);
        return run.Sink.Prepare(epoch);
    }

    private static bool IsLost(
        FaultProxy proxy, SinkRun run, long epoch, IReadOnlyList<string> committables, bool isSent, long bytes)
    {
        if (isSent)
        {
            proxy.CutAfterSent(bytes);
        }
        else
        {
            proxy.CutAfterReceived(bytes);
        }

        ExternalException? failure = null;
        try
        {
            run.Sink.Commit(epoch, committables);
        }
        catch (ExternalException lost)
        {
            failure = lost;
        }

        proxy.CutAfterSent(long.MaxValue / 2);
        proxy.CutAfterReceived(long.MaxValue / 2);
        Assert.True(failure is null || failure.IsRetryable, failure?.ToString());
        return failure is not null;
    }
}
