using System;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql;

namespace ColumnStream.Microbench.Kernels;

/// <summary>
/// Times the operations of the design's decision table through the planner and the evaluator: thread CPU ns a row of a
/// hot batch, least of several interleaved rounds; beside it 20 % NULLs, and a selection of one row in ten.
/// </summary>
internal sealed unsafe class KernelBench : IDisposable
{
    private const int Rounds = 8;
    private readonly SizeClassPool _pool = new();
    private readonly BufferAllocator _allocator;
    private readonly RecordBatch[] _plain;
    private readonly RecordBatch[] _nulls;
    private readonly Selection _tenth;

    private KernelBench()
    {
        _allocator = new BufferAllocator("kernels", _pool);
        _plain = [KernelData.Make(0, _allocator)];
        _nulls = [KernelData.Make(20, _allocator)];
        var random = new Random(3);
        _tenth = new Selection(KernelData.Rows, _allocator);
        for (int row = 0; row < KernelData.Rows; row++)
        {
            if (random.Next(10) == 0)
            {
                _tenth.Pointer[_tenth.Count++] = row;
            }
        }
    }

    /// <summary>Runs all cases, or those whose name contains <paramref name="filter"/>.</summary>
    public static void Run(string? filter)
    {
        using var bench = new KernelBench();
        Subject[] subjects = [.. KernelTable.All
            .Where(c => filter is null || c.Name.Contains(filter, StringComparison.OrdinalIgnoreCase))
            .Select(bench.Prepare)];
        double vector = double.MaxValue;
        double scalar = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            (double vectors, double scalars) = Calibration.Measure();
            vector = Math.Min(vector, vectors);
            scalar = Math.Min(scalar, scalars);
            foreach (Subject subject in subjects)
            {
                bench.Round(subject);
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"this machine against the design's: vector loop {vector:F2}, scalar loop {scalar:F2}"));
        Console.WriteLine($"{"operation",-38} {"design",7} {"ours",7} {"ratio",6} {"scaled",6} {"nulls",7} {"1 in 10",7}");
        foreach (Subject s in subjects)
        {
            double scale = s.Case.Peer == Peer.Vector ? vector : scalar;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{s.Case.Name,-38} {s.Case.Figure,7:F3} {s.Plain,7:F3} {s.Plain / s.Case.Figure,6:F2}"
                + $" {s.Plain / s.Case.Figure / scale,6:F2} {s.Nulls,7:F3} {s.Selected,7:F3}"));
            s.Evaluator.Dispose();
        }
    }

    /// <summary>Returns thread CPU nanoseconds a row of doing something that many times.</summary>
    public static double Time(int times, Action once)
    {
        long start = ThreadClock.Nanoseconds();
        for (int i = 0; i < times; i++)
        {
            once();
        }

        return (ThreadClock.Nanoseconds() - start) / (double)times / KernelData.Rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _plain[0].Release();
        _nulls[0].Release();
        _tenth.Dispose();
        _allocator.Dispose();
        _pool.Dispose();
    }

    private Subject Prepare(KernelCase @case)
    {
        bool isFilter = @case.Sql.StartsWith("WHERE ", StringComparison.Ordinal);
        string query = isFilter ? $"SELECT a FROM t {@case.Sql}" : $"SELECT {@case.Sql} AS x FROM t";
        var planner = new ScriptPlanner(
            new ConnectorRegistry([.. ConnectorTable.Create(TextWriter.Null, TextWriter.Null)]), PlannerOptions.Default);
        PlanResult plan = planner.Plan(SqlParser.Parse($"{KernelData.Table}\n{query};", @case.Name));
        if (!plan.IsSuccess)
        {
            throw new InvalidOperationException(
                string.Join("\n", plan.Errors.Select(e => SqlDiagnosticFormatter.Format(plan.Source, e))));
        }

        ValueList<PhysicalNode> nodes = plan.Statements.OfType<PlannedJob>().Single().Graph.Plan.Nodes;
        int[] projection = [.. nodes.OfType<SourceNode>().Single().Projection];
        BoundExpression expression = isFilter
            ? nodes.OfType<FilterNode>().Single().Predicate : nodes.OfType<ProjectNode>().Single().Expressions[0];
        var schema = new Schema(ValueList.From(projection.Select(i => _plain[0].Schema.Fields[i])));
        var evaluator = new Evaluator(
            [expression], schema, _allocator, new EvaluatorOptions(TimeProvider.System, new Random(1)));
        return new Subject(@case, isFilter, evaluator, Pick(_plain[0], schema, projection), Pick(_nulls[0], schema, projection));
    }

    private static RecordBatch Pick(RecordBatch batch, Schema schema, int[] projection) =>
        new(schema, [.. projection.Select(i => batch.Columns[i])], batch.Length);

    private void Round(Subject subject)
    {
        int times = subject.Plain is > 0 and < double.MaxValue
            ? Math.Clamp((int)(2_000_000 / (subject.Plain * KernelData.Rows)), 4, 4000) : 100;
        subject.Plain = Math.Min(subject.Plain, Time(times, () => Once(subject, subject.Batch, null)));
        subject.Nulls = Math.Min(subject.Nulls, Time(times, () => Once(subject, subject.WithNulls, null)));
        subject.Selected = Math.Min(subject.Selected, Time(times, () => Once(subject, subject.Batch, _tenth)));
    }

    private void Once(Subject subject, RecordBatch batch, Selection? selection)
    {
        if (subject.IsFilter)
        {
            using var survivors = new Selection(KernelData.Rows, _allocator);
            subject.Evaluator.Filter(batch, selection, survivors);
            return;
        }

        subject.Evaluator.Evaluate(batch, selection, subject.Results);
        subject.Results[0].Release();
    }

    private sealed record Subject(
        KernelCase Case, bool IsFilter, Evaluator Evaluator, RecordBatch Batch, RecordBatch WithNulls)
    {
        public ArrayData[] Results { get; } = new ArrayData[1];

        public double Plain { get; set; } = double.MaxValue;

        public double Nulls { get; set; } = double.MaxValue;

        public double Selected { get; set; } = double.MaxValue;
    }
}
