using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Nexmark.Data;
using ColumnStream.Nexmark.Duck;
using ColumnStream.Nexmark.Hand;
using ColumnStream.Nexmark.Running;
using ColumnStream.Planner.Statements;

namespace ColumnStream.Nexmark;

/// <summary>Checks answers, then times ours, the hand loop and DuckDB in turns, query by query, round by round.</summary>
internal sealed class Harness(HarnessOptions options, string perfFolder, BufferAllocator allocator) : IDisposable
{
    private const int WarmUpRuns = 3;
    private readonly string _scratch = Directory.CreateTempSubdirectory("columnstream-perf-").FullName;
    private readonly DuckDbProcess? _duck =
        options.UseDuckDb ? new DuckDbProcess(Path.Combine(perfFolder, "duckdb")) : null;
    private readonly BenchmarkQuery[] _queries =
        [.. options.Queries.Select(q => BenchmarkQuery.Read(Path.Combine(perfFolder, "queries"), q))];

    /// <summary>Runs everything; returns whether all answers were equal.</summary>
    public bool Run()
    {
        if (_duck is not null && options.CheckEvents > 0 && !Check())
        {
            return false;
        }

        using Dataset dataset = Dataset.Generate(options.Events, allocator);
        if (_duck is not null)
        {
            LoadDuck(dataset);
        }

        using var engine = new LocalEngine(dataset, allocator);
        var measurements = new List<Measurement>();
        var jobs = new List<PlannedJob>();
        var loops = new List<HandLoop>();
        bool equal = true;
        foreach (BenchmarkQuery query in _queries)
        {
            PlannedJob job = engine.Plan(query.Sql, query.Name);
            HandLoop loop = HandLoop.Create(query.Name);
            var measurement = new Measurement(query.Name, options.Events);
            equal &= WarmUp(engine, dataset, query, job, loop, measurement);
            jobs.Add(job);
            loops.Add(loop);
            measurements.Add(measurement);
        }

        for (int round = 0; round <= options.Repetitions; round++)
        {
            for (int i = 0; i < _queries.Length; i++)
            {
                Measure(engine, dataset, _queries[i], jobs[i], loops[i], measurements[i], isKept: round > 0);
            }
        }

        string load = Report.LoadAverage;
        Console.WriteLine();
        Console.WriteLine(Report.Table(measurements));
        Console.WriteLine(
            $"{options.Events:N0} events, {dataset.Rows:N0} bids, {options.Repetitions} rounds, load average {load}");
        foreach (Measurement measurement in measurements)
        {
            Console.WriteLine($"  {measurement.Query}: {measurement.Nodes}");
        }

        if (equal)
        {
            Console.WriteLine(Report.Save(
                Path.Combine(perfFolder, "results"), options, measurements, _duck?.Version ?? "none", load));
        }

        return equal;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _duck?.Dispose();
        Directory.Delete(_scratch, recursive: true);
    }

    /// <summary>Compares all answers over fewer events, row by row, with DuckDB's.</summary>
    private bool Check()
    {
        using Dataset dataset = Dataset.Generate(options.CheckEvents, allocator);
        LoadDuck(dataset);
        using var engine = new LocalEngine(dataset, allocator);
        bool equal = true;
        foreach (BenchmarkQuery query in _queries)
        {
            string folder = Path.Combine(_scratch, query.Name);
            engine.Run(engine.Plan(query.WritingTo(folder), query.Name));
            (long expected, long actual, long surplus, long missing) =
                _duck!.Compare(query.DuckSql, Path.Combine(folder, "*"), header: false);
            bool same = expected == actual && surplus == 0 && missing == 0;
            equal &= same;
            Console.WriteLine(
                $"{(same ? "equal" : "DIFFERENT")}: {query.Name}, {actual} rows, {expected} by DuckDB, "
                + $"{surplus} surplus, {missing} missing");
            Directory.Delete(folder, recursive: true);
        }

        return equal;
    }

    private void LoadDuck(Dataset dataset)
    {
        string path = Path.Combine(_scratch, "bid.csv");
        dataset.WriteCsv(path);
        long rows = _duck!.Load(path);
        File.Delete(path);
        if (rows != dataset.Rows)
        {
            throw new InvalidOperationException($"DuckDB loaded {rows} of {dataset.Rows} bids.");
        }
    }

    private bool WarmUp(
        LocalEngine engine,
        Dataset dataset,
        BenchmarkQuery query,
        PlannedJob job,
        HandLoop loop,
        Measurement measurement)
    {
        EngineRun run = engine.Run(job);
        for (int i = 1; i < WarmUpRuns; i++)
        {
            run = engine.Run(job);
        }

        measurement.RowsIn = run.RowsIn;
        measurement.RowsOut = run.RowsOut;
        long hand = loop.Run(dataset.Batches);
        long duck = _duck?.Count(query.DuckSql) ?? hand;
        bool same = run.RowsIn == dataset.Rows && run.RowsOut == hand && run.RowsOut == duck;
        if (!same)
        {
            Console.WriteLine(
                $"DIFFERENT: {query.Name}, {run.RowsIn} in, {run.RowsOut} out, hand {hand}, DuckDB {duck}");
        }

        return same;
    }

    private void Measure(
        LocalEngine engine,
        Dataset dataset,
        BenchmarkQuery query,
        PlannedJob job,
        HandLoop loop,
        Measurement measurement,
        bool isKept)
    {
        EngineRun run = engine.Run(job);
        long hand = ProcessClock.CpuNs;
        loop.Run(dataset.Batches);
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
        measurement.HandNs.Add(measurement.PerEvent(hand));
        measurement.AllocatedBytes.Add(measurement.PerEvent(run.AllocatedBytes));
        measurement.Nodes = run.Nodes;
        if (_duck is not null)
        {
            measurement.DuckNs.Add(measurement.PerEvent(duck));
        }
    }
}
