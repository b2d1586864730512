using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Nexmark.Checking;
using ColumnStream.Nexmark.Data;
using ColumnStream.Nexmark.Duck;
using ColumnStream.Nexmark.Hand;
using ColumnStream.Nexmark.Running;
using ColumnStream.Planner.Statements;

namespace ColumnStream.Nexmark;

/// <summary>Checks answers, then times ours, the hand loop and DuckDB in turns, query by query, round by round.</summary>
internal sealed class Harness : IDisposable
{
    private const int LeastWarmUpRuns = 2;
    private const int MostWarmUpRuns = 40;
    private const long WarmUpNs = 2_000_000_000;
    private readonly HarnessOptions _options;
    private readonly BufferAllocator _allocator;
    private readonly string _perfFolder;
    private readonly string _scratch = Directory.CreateTempSubdirectory("columnstream-perf-").FullName;
    private readonly DuckDbProcess? _duck;
    private readonly BenchmarkQuery[] _queries;

    public Harness(HarnessOptions options, string perfFolder, BufferAllocator allocator)
    {
        _options = options;
        _perfFolder = perfFolder;
        _allocator = allocator;
        _duck = options.UseDuckDb ? new DuckDbProcess(Path.Combine(perfFolder, "duckdb")) : null;
        BenchmarkQuery.WriteSideInput(_scratch);
        _queries = [.. options.Queries.Select(q => BenchmarkQuery.Read(Path.Combine(perfFolder, "queries"), q, _scratch))];
    }

    /// <summary>Does what the options ask for; returns whether all answers were equal.</summary>
    public bool Run()
    {
        if (_options.Task != "run" || (_duck is not null && _options.CheckEvents > 0))
        {
            using Dataset few = Dataset.Generate(_options.CheckEvents, _options.EventsPerSecond, _allocator);
            Load(few);
            var check = new AnswerCheck(_options, _queries, _duck!, _allocator, _scratch);
            if (_options.Task == "answers")
            {
                check.Keep(Path.Combine(_perfFolder, "queries", "answers.txt"));
                return true;
            }

            bool equal = check.Compare(few);
            if (_options.Task == "check")
            {
                return equal;
            }
        }

        Time();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _duck?.Dispose();
        Directory.Delete(_scratch, recursive: true);
    }

    private void Time()
    {
        using Dataset dataset = Dataset.Generate(_options.Events, _options.EventsPerSecond, _allocator);
        if (_duck is not null)
        {
            Load(dataset);
        }

        using var engine = new LocalEngine(dataset, _allocator);
        var timed = new List<(BenchmarkQuery Query, PlannedJob Job, HandLoop? Loop, Measurement Measurement)>();
        foreach (BenchmarkQuery query in _queries)
        {
            try
            {
                PlannedJob job = engine.Plan(query.Timed(), query.Name);
                HandLoop? loop = HandLoop.Create(query.Name);
                var measurement = new Measurement(query.Name, _options.Events);
                WarmUp(engine, dataset, query, job, loop, measurement);
                timed.Add((query, job, loop, measurement));
            }
            catch (InvalidOperationException error)
            {
                Console.WriteLine($"NOT RUN: {query.Name}: {error.Message} {error.InnerException?.Message}");
            }
        }

        for (int round = 0; round <= _options.Repetitions; round++)
        {
            foreach (var (query, job, loop, measurement) in timed)
            {
                Measure(engine, dataset, query, job, loop, measurement, isKept: round > 0);
            }
        }

        Measurement[] measurements = [.. timed.Select(t => t.Measurement)];
        string load = Report.LoadAverage;
        Console.WriteLine();
        Console.WriteLine(Report.Table(measurements));
        Console.WriteLine(
            $"{_options.Events:N0} events, {dataset.Bids.Rows:N0} bids, {_options.Repetitions} rounds, load average {load}");
        foreach (Measurement measurement in measurements)
        {
            Console.WriteLine($"  {measurement.Query}: {measurement.Nodes}");
        }

        Console.WriteLine(Report.Save(
            Path.Combine(_perfFolder, "results"), _options, measurements, _duck?.Version ?? "none", load));
    }

    private void Load(Dataset dataset)
    {
        foreach (EventTable table in dataset.Tables)
        {
            string path = Path.Combine(_scratch, $"{table.Kind}.csv");
            table.WriteCsv(path);
            long rows = _duck!.Load(table, path);
            File.Delete(path);
            if (rows != table.Rows)
            {
                throw new InvalidOperationException($"DuckDB loaded {rows} of {table.Rows} rows of {table.Kind}.");
            }
        }
    }

    private void WarmUp(
        LocalEngine engine, Dataset dataset, BenchmarkQuery query, PlannedJob job, HandLoop? loop, Measurement measurement)
    {
        // A job that runs for days is compiled once: what is timed is code that has been, also of queries of few milliseconds.
        long begun = ProcessClock.CpuNs;
        EngineRun run = engine.Run(job);
        for (int i = 1; i < LeastWarmUpRuns || (i < MostWarmUpRuns && ProcessClock.CpuNs - begun < WarmUpNs); i++)
        {
            run = engine.Run(job);
        }

        measurement.RowsIn = run.RowsIn;
        measurement.RowsOut = run.RowsOut;
        measurement.FinalRows = _duck?.Count(query.DuckSql) ?? 0;
        if (loop?.Run(dataset.Bids.Batches) is { } hand && hand != run.RowsOut)
        {
            Console.WriteLine($"DIFFERENT: {query.Name}, {run.RowsOut} rows, hand loop {hand}");
        }
    }

    private void Measure(
        LocalEngine engine,
        Dataset dataset,
        BenchmarkQuery query,
        PlannedJob job,
        HandLoop? loop,
        Measurement measurement,
        bool isKept)
    {
        EngineRun run = engine.Run(job);
        long hand = ProcessClock.CpuNs;
        loop?.Run(dataset.Bids.Batches);
        hand = ProcessClock.CpuNs - hand;
        long duck = _duck?.CpuNs(query.DuckSql) ?? 0;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{query.Name,-14} ours {measurement.PerEvent(run.CpuNs):F2} hand {measurement.PerEvent(hand):F2} "
            + $"DuckDB {measurement.PerEvent(duck):F2} ns/event, "
            + $"{measurement.PerEvent(run.AllocatedBytes):F3} bytes/event, wall {run.WallNs / 1e6:F0} ms"));
        if (!isKept)
        {
            return;
        }

        measurement.EngineNs.Add(measurement.PerEvent(run.CpuNs));
        measurement.AllocatedBytes.Add(measurement.PerEvent(run.AllocatedBytes));
        measurement.Nodes = run.Nodes;
        if (loop is not null)
        {
            measurement.HandNs.Add(measurement.PerEvent(hand));
        }

        if (_duck is not null)
        {
            measurement.DuckNs.Add(measurement.PerEvent(duck));
        }
    }
}
