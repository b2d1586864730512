using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Testing.Queries;
using ColumnStream.Testing.SqlFiles;
using Microsoft.Data.Sqlite;

namespace ColumnStream.Sql.Tests.Queries;

/// <summary>Holds the tables of one world in sessions that run queries in different ways, and in SQLite.</summary>
internal sealed class QueryBench : IDisposable
{
    private const int LimitMs = 20_000;
    private readonly Dictionary<string, TestSession> _sessions = [];
    private readonly SqliteConnection _sqlite = new("Data Source=:memory:");
    private int _asked;

    public QueryBench(QueryWorld world, Plant? plant = null)
    {
        World = world;
        Plant = plant;
        const long Credit = 1 << 20;
        foreach (SltLeg leg in new SltLeg[]
        {
            new(1, 4096, null, Credit) { Name = Stream },
            new(4, 7, 7, 4096) { Name = Parallel },
            new(1, 4096, null, Credit) { Name = Batch },
            new(1, 4096, null, Credit) { Name = NoRules, WithoutRules = ["*"] },
            new(1, 4096, null, Credit) { Name = RuleLess,
                WithoutRules = [SltLeg.OptionalRules[world.Seed % SltLeg.OptionalRules.Count]] },
            new(1, 4096, null, Credit) { Name = LongLived },
            new(1, 4096, null, Credit) { Name = Killed, Lives = [1, 4, 3, 1] },
        })
        {
            var session = new TestSession(leg) { Sabotage = g => plant?.Change(g) ?? g };
            _sessions[leg.Name] = session;
            Plan(session, leg.Name switch
            {
                Batch => "SET 'execution.runtime-mode' = 'batch'",
                LongLived => "SET 'table.exec.state.ttl' = '30 d'",
                _ => "",
            });
            Plan(session, QueryWorld.Definitions(leg.Name == Batch));
            world.Feed(session.Scripts, leg.Name == Batch);
        }

        _sqlite.Open();
        AskSqlite("PRAGMA case_sensitive_like = 1; " + world.SqliteScript());
    }

    public const string Stream = "stream";
    public const string Parallel = "parallel";
    public const string Batch = "batch";
    public const string NoRules = "no rules";
    public const string RuleLess = "one rule less";
    public const string Killed = "killed";

    /// <summary>A time to live that no run reaches changes nothing.</summary>
    public const string LongLived = "time to live";

    public QueryWorld World { get; }

    public Plant? Plant { get; }

    /// <summary>Tells whether the planted bug changes what runs for a query that is not refused.</summary>
    public bool IsTouched(string sql)
    {
        PlanResult plan;
        try
        {
            plan = _sessions[Stream].Plan(sql);
        }
        catch (Exception)
        {
            return false;
        }

        return plan.IsSuccess && (Plant!.Rewrite(Stream, sql) != sql
            || !ReferenceEquals(Plant.Change(((PlannedJob)plan.Statements[^1]).Graph), ((PlannedJob)plan.Statements[^1]).Graph));
    }

    /// <summary>Asks our engine in one of the ways.</summary>
    public Answer Ask(string way, string sql)
    {
        TestSession session = _sessions[way];
        sql = Plant?.Rewrite(way, sql) ?? sql;
        PlanResult plan;
        try
        {
            plan = session.Plan(sql);
        }
        catch (Exception failure)
        {
            return new Answer(null, Failure: "Planning fails: " + failure);
        }

        if (!plan.IsSuccess)
        {
            return new Answer(null, Refusal: string.Join(" / ", plan.Errors.Select(e => $"CST{e.Code:D4} {e.Message}").Distinct()));
        }

        var job = (PlannedJob)plan.Statements[^1];
        TestJob running;
        try
        {
            running = session.Start(job, "query", World.Seed + _asked++);
        }
        catch (Exception failure)
        {
            return new Answer(null, Failure: failure.ToString());
        }

        if (!running.Wait(LimitMs))
        {
            running.Cancel();
            running.Wait(LimitMs);
            return new Answer(null, Failure: "The job does not end.");
        }

        if (running.Status != JobStatus.Finished)
        {
            return new Answer(null, Failure: running.Failure?.ToString() ?? "The job was cancelled.");
        }

        IReadOnlyDictionary<string, int> rows = session.Result.Multiset(job.Query!.Key, out string? wrong);
        Dictionary<string, int> normal = new(StringComparer.Ordinal);
        foreach ((string row, int count) in rows)
        {
            string text = string.Join('\t', row.Split('\t').Select((cell, i) => Normal(cell, job.Query.Columns[i].Type)));
            normal[text] = normal.GetValueOrDefault(text) + count;
        }

        return new Answer(normal)
        {
            Wrong = wrong,
            Operators = [.. job.Graph.Plan.Nodes.Select(OperatorName)],
            Kills = (running as InterruptedJob)?.Kills ?? 0,
        };
    }

    /// <summary>Asks SQLite.</summary>
    public Answer AskSqlite(string sql)
    {
        try
        {
            using SqliteCommand command = _sqlite.CreateCommand();
            command.CommandText = sql;
            using SqliteDataReader reader = command.ExecuteReader();
            Dictionary<string, int> rows = new(StringComparer.Ordinal);
            while (reader.Read())
            {
                string row = string.Join('\t', Enumerable.Range(0, reader.FieldCount).Select(c => reader.GetValue(c) switch
                {
                    DBNull => "NULL",
                    double value => Number(value),
                    object value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
                }));
                rows[row] = rows.GetValueOrDefault(row) + 1;
            }

            return new Answer(rows);
        }
        catch (SqliteException refused)
        {
            return new Answer(null, Refusal: refused.Message);
        }
    }

    public void Dispose()
    {
        foreach (TestSession session in _sessions.Values)
        {
            session.Dispose();
        }

        _sqlite.Dispose();
    }

    private static void Plan(TestSession session, string sql)
    {
        PlanResult plan = session.Plan(sql);
        if (!plan.IsSuccess)
        {
            throw new InvalidOperationException(TestSession.Errors(plan));
        }
    }

    private static string OperatorName(PhysicalNode node) => node.GetType().Name[..^"Node".Length];

    // Times are milliseconds, truths 0 and 1, and numbers have ten digits, as SQLite's are written above.
    private static string Normal(string cell, SqlType type) => cell == "NULL" ? cell : type.Id switch
    {
        SqlTypeId.Timestamp or SqlTypeId.TimestampLtz => QueryWorld.Millis(cell).ToString(CultureInfo.InvariantCulture),
        SqlTypeId.Boolean => cell is "true" or "TRUE" ? "1" : "0",
        SqlTypeId.Float or SqlTypeId.Double or SqlTypeId.Decimal => Number(double.Parse(cell, CultureInfo.InvariantCulture)),
        _ => cell == "(empty)" ? "" : cell,
    };

    private static string Number(double value) => (value == 0 ? 0 : value).ToString("G10", CultureInfo.InvariantCulture);
}
