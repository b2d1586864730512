using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Script;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.State;
using ColumnStream.Planner;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Sql;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Runs the blocks of one .slt file in one session and returns what differs.</summary>
public sealed class SltRunner : IDisposable
{
    private const int LimitMs = 20_000;
    private readonly BufferPool _pool = BufferPools.FromEnvironment();
    private readonly BufferAllocator _memory;
    private readonly StatePool _pages = new();
    private readonly WorkerPool _workers = new("worker", 2, TimeProvider.System);
    private readonly WorkerPool _io = new("io", 1, TimeProvider.System);
    private readonly ScriptRegistry _scripts = new();
    private readonly CollectConnector _result = new();
    private readonly JobRunner _runner;
    private readonly ScriptPlanner _planner;
    private readonly SltLeg _leg;
    private readonly string _file;

    public SltRunner(string file, SltLeg leg)
    {
        _file = file;
        _leg = leg;
        _memory = new BufferAllocator("test", _pool);
        var connectors = new ConnectorRegistry(
            ConnectorTable.Create(TextWriter.Null, TextWriter.Null, _scripts).Append<Connector>(_result));
        _runner = new JobRunner(_workers, _io, connectors, _memory, _pages);
        _planner = new ScriptPlanner(connectors, new PlannerOptions(
        [
            new SessionOption(OptionTable.Parallelism, $"{leg.Parallelism}", OptionOrigin.CommandLine),
        ]));
    }

    /// <summary>Runs everything; each returned text is one difference with file and line.</summary>
    public IReadOnlyList<string> Run()
    {
        List<string> found = [];
        foreach (SltRecord record in SltFile.Read(_file))
        {
            string? difference = record.Kind switch
            {
                "statement ok" => StatementOk(record),
                "statement error" => StatementError(record),
                "query" => Query(record),
                _ => Stream(record),
            };
            if (difference is not null)
            {
                found.Add($"{_file}:{record.Line} [{_leg}]: {difference}");
            }
        }

        return found;
    }

    public void Dispose()
    {
        _workers.Dispose();
        _io.Dispose();
        _pages.Dispose();
        _memory.Dispose();
        _pool.Dispose();
    }

    private string? StatementOk(SltRecord record)
    {
        PlanResult plan = _planner.Plan(SqlParser.Parse(record.Sql, Path.GetFileName(_file)));
        if (!plan.IsSuccess)
        {
            return Errors(plan);
        }

        foreach (PlannedStatement statement in plan.Statements)
        {
            if (statement is PlannedJob job)
            {
                RunningJob running = Start(job);
                if (!running.Wait(TimeSpan.FromMilliseconds(LimitMs)))
                {
                    running.Cancel();
                    return "the job does not end";
                }

                if (running.Status == JobStatus.Failed)
                {
                    return running.Failure!.Message;
                }
            }
        }

        return null;
    }

    private string? StatementError(SltRecord record)
    {
        PlanResult plan = _planner.Plan(SqlParser.Parse(record.Sql, Path.GetFileName(_file)));
        string errors = Errors(plan);
        if (plan.IsSuccess && plan.Statements.LastOrDefault() is PlannedJob job)
        {
            RunningJob running = Start(job);
            running.Wait(TimeSpan.FromMilliseconds(LimitMs));
            errors = running.Failure is null
                ? ""
                : (running.Failure is Engine.Errors.ColumnStreamException e ? $"CST{e.Code:D4}: " : "") + running.Failure.Message;
        }

        return errors.Contains(record.Argument, StringComparison.Ordinal) && errors.Length > 0
            ? null
            : $"expected an error with '{record.Argument}', got: {(errors.Length == 0 ? "success" : errors)}";
    }

    private string? Query(SltRecord record)
    {
        PlanResult plan = _planner.Plan(SqlParser.Parse(record.Sql, Path.GetFileName(_file)));
        if (!plan.IsSuccess)
        {
            return Errors(plan);
        }

        if (plan.Statements.LastOrDefault() is PlannedListing listing)
        {
            return Compare(record, [.. listing.Rows.Select(r => string.Join('\t', r))]);
        }

        var job = (PlannedJob)plan.Statements[^1];
        _result.Clear();
        RunningJob running = Start(job);
        if (!running.Wait(TimeSpan.FromMilliseconds(LimitMs)))
        {
            running.Cancel();
            return "the query does not end";
        }

        return running.Status == JobStatus.Failed
            ? running.Failure!.Message
            : Compare(record, _result.Standing(job.Query!.Key));
    }

    private static string? Compare(SltRecord record, IReadOnlyList<string> rows)
    {
        bool sort = record.Argument != "nosort";
        string[] actual = [.. sort ? rows.Order(StringComparer.Ordinal) : rows.AsEnumerable()];
        string[] expected = [.. sort ? record.Expected.Order(StringComparer.Ordinal) : record.Expected.AsEnumerable()];
        return actual.SequenceEqual(expected)
            ? null
            : $"rows differ.\n{record.Sql}\n---- expected\n{string.Join('\n', expected)}\n---- actual\n{string.Join('\n', actual)}";
    }

    private string? Stream(SltRecord record)
    {
        PlanResult plan = _planner.Plan(SqlParser.Parse(record.Sql, Path.GetFileName(_file)));
        if (!plan.IsSuccess)
        {
            return Errors(plan);
        }

        var job = (PlannedJob)plan.Statements[^1];
        _result.Clear();
        RunningJob running = Start(job);
        string? difference = null;
        int seen = 0;
        bool ended = false;
        for (int i = 0; i < record.Expected.Count && difference is null;)
        {
            string step = record.Expected[i];
            if (step == "> end")
            {
                foreach (Engine.Plan.PhysicalNode node in job.Graph.Plan.Nodes)
                {
                    if (node is Engine.Plan.SourceNode { Table.Connector: "script" } source)
                    {
                        _scripts.Table(source.Table.Name[(source.Table.Name.LastIndexOf('.') + 1)..]).End();
                    }
                }

                ended = true;
                i++;
            }
            else if (step[0] == '>')
            {
                string[] parts = step[2..].Split(' ', 2);
                _scripts.Table(parts[0]).Feed(parts[1]);
                i++;
            }
            else
            {
                int end = i;
                while (end < record.Expected.Count && record.Expected[end][0] == '<')
                {
                    end++;
                }

                string[] expected = [.. record.Expected.Skip(i).Take(end - i).Select(l => l[2..]).Order(StringComparer.Ordinal)];
                string[] actual =
                [
                    .. _result.Await(seen, end - i, () => running.Status != JobStatus.Running && _result.Count() == 0, LimitMs)
                        .Order(StringComparer.Ordinal),
                ];
                seen += end - i;
                difference = actual.SequenceEqual(expected)
                    ? null
                    : $"stream differs at '< {expected[0]}'.\nexpected {string.Join(" | ", expected)}\nactual   {string.Join(" | ", actual)}"
                        + $"\n{running.Failure?.Message}";
                i = end;
            }
        }

        if (!ended)
        {
            running.Cancel();
        }

        bool stopped = running.Wait(TimeSpan.FromMilliseconds(LimitMs));
        return difference
            ?? (!stopped ? "the job does not end" : null)
            ?? (running.Status == JobStatus.Failed ? running.Failure!.Message : null)
            ?? (ended && _result.Count() != seen ? $"{_result.Count() - seen} rows more than expected" : null);
    }

    private RunningJob Start(PlannedJob job) => _runner.Start(job.Graph, new JobOptions(Path.GetFileNameWithoutExtension(_file))
    {
        Restore = RestoreMode.None,
        MaxRows = _leg.BatchRows,
        RandomCutsSeed = _leg.CutSeed,
        IsBatch = job.IsBatch,
        Seed = 42,
        Checks = true,
        ChannelCreditBytes = _leg.CreditBytes,
        LocalTimeZone = job.Settings.LastOrDefault(s => s.Key == OptionTable.LocalTimeZone)?.Value ?? "UTC",
    });

    private static string Errors(PlanResult plan) =>
        string.Join('\n', plan.Errors.Select(e => SqlDiagnosticFormatter.Format(plan.Source, e)));
}
