using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Connectors.Script;
using ColumnStream.Engine.Options;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Runs the blocks of one .slt file in one session and returns what differs.</summary>
public sealed class SltRunner : IDisposable
{
    private const int LimitMs = 20_000;
    private readonly TestSession _session;
    private readonly SltLeg _leg;
    private readonly string _file;
    private readonly List<InterruptedJob> _interrupted = [];
    private int _line;

    public SltRunner(string file, SltLeg leg)
    {
        _file = file;
        _leg = leg;
        _session = new TestSession(leg);
    }

    /// <summary>Gets how often jobs were killed so far.</summary>
    public int Kills => _interrupted.Sum(job => job.Kills);

    /// <summary>Gets how often a job went on from a checkpoint in the midst of its rows.</summary>
    public int Interruptions => _interrupted.Sum(job => job.Interruptions);

    /// <summary>Gets whether a job read more than one row, so that there is a midst.</summary>
    public bool HasMidst => _interrupted.Any(job => job.Rows > 1);

    /// <summary>Runs everything; each returned text is one difference with file and line.</summary>
    public IReadOnlyList<string> Run()
    {
        List<string> found = [];
        foreach (SltRecord record in SltFile.Read(_file))
        {
            _line = record.Line;
            string? difference = record.Kind switch
            {
                "statement ok" => StatementOk(record),
                "statement error" => StatementError(record),
                "query" => Query(record),
                _ => Stream(record),
            };
            if (difference is not null && !record.Exempt.Contains(_leg.Name))
            {
                found.Add($"{_file}:{record.Line} [{_leg.Name}]: {difference}");
            }
        }

        return found;
    }

    public void Dispose() => _session.Dispose();

    private string? StatementOk(SltRecord record)
    {
        PlanResult plan = _session.Plan(record.Sql, Path.GetFileName(_file));
        if (!plan.IsSuccess)
        {
            return Errors(plan);
        }

        foreach (PlannedStatement statement in plan.Statements)
        {
            if (statement is PlannedJob job)
            {
                TestJob running = Start(job);
                if (!running.Wait(LimitMs))
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
        PlanResult plan = _session.Plan(record.Sql, Path.GetFileName(_file));
        string errors = Errors(plan);
        if (plan.IsSuccess && plan.Statements.LastOrDefault() is PlannedJob job)
        {
            TestJob running = Start(job);
            running.Wait(LimitMs);
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
        PlanResult plan = _session.Plan(record.Sql, Path.GetFileName(_file));
        if (!plan.IsSuccess)
        {
            return Errors(plan);
        }

        if (plan.Statements.LastOrDefault() is PlannedListing listing)
        {
            return Compare(record, [.. listing.Rows.SelectMany(r => string.Join('\t', r).Split('\n'))]);
        }

        if (plan.Statements.LastOrDefault() is not PlannedJob job)
        {
            return "nothing was planned: an earlier statement failed";
        }

        TestJob running = Start(job);
        if (!running.Wait(LimitMs))
        {
            running.Cancel();
            return "the query does not end";
        }

        return running.Status == JobStatus.Failed
            ? running.Failure!.Message
            : Compare(record, _session.Result.Standing(job.Query!.Key));
    }

    private static string? Compare(SltRecord record, IReadOnlyList<string> rows)
    {
        bool sort = record.Argument != "nosort";
        string[] actual = [.. sort ? rows.Order(StringComparer.Ordinal) : rows.AsEnumerable()];
        string[] expected = [.. sort ? record.Expected.Order(StringComparer.Ordinal) : record.Expected.AsEnumerable()];
        return actual.SequenceEqual(expected) || SltRows.Match(expected, actual, sort)
            ? null
            : $"rows differ.\n{record.Sql}\n---- expected\n{string.Join('\n', expected)}\n---- actual\n{string.Join('\n', actual)}";
    }

    private string? Stream(SltRecord record)
    {
        PlanResult plan = _session.Plan(record.Sql, Path.GetFileName(_file));
        if (!plan.IsSuccess)
        {
            return Errors(plan);
        }

        var job = (PlannedJob)plan.Statements[^1];
        ScriptTable? script = ScriptSinkOf(job);
        ScriptTable[] sources =
        [
            .. from node in job.Graph.Plan.Nodes.OfType<Engine.Plan.SourceNode>()
               where node.Table.Connector == "script"
               select TableOf(node.Table),
        ];
        foreach (ScriptTable table in sources.Where(t => record.Expected.Any(e => e.StartsWith($"> {t.Name} ", StringComparison.Ordinal))))
        {
            table.Renew();
        }

        int seen = script is null ? 0 : CountOf(script);
        if (record.Expected.Any(step => TimeStep(step, out _, out _)))
        {
            _session.BeginClock();
        }

        TestJob running = Start(job);
        string? difference = null;
        bool ended = false;
        for (int i = 0; i < record.Expected.Count && difference is null;)
        {
            string step = record.Expected[i];
            if (step == "> end")
            {
                foreach (ScriptTable table in sources)
                {
                    table.End();
                }

                ended = true;
                i++;
            }
            else if (TimeStep(step, out TimeSpan time, out bool isDown))
            {
                difference = running.Settle(() => sources.All(table => table.IsDrained), LimitMs)
                    ? null : $"the job does not come to rest before '{step}'";
                running.Advance(time, isDown);
                i++;
            }
            else if (step[0] == '>')
            {
                string[] parts = step[2..].Split(' ', 2);
                _session.Scripts.Table(parts[0]).Feed(parts[1]);
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
                running.RunUntil(() => CountOf(script) >= seen + end - i, LimitMs);
                string[] actual = [.. RangeOf(script, seen, end - i).Order(StringComparer.Ordinal)];
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

        bool stopped = running.Wait(LimitMs);
        return difference
            ?? (!stopped ? "the job does not end" : null)
            ?? (running.Status == JobStatus.Failed ? running.Failure!.Message : null)
            ?? (ended && CountOf(script) != seen ? $"{CountOf(script) - seen} rows more than expected" : null);
    }

    /// <summary>Returns the table that an INSERT into the script connector writes; its rows are compared then.</summary>
    private ScriptTable? ScriptSinkOf(PlannedJob job) =>
        job.Graph.Plan.Nodes[^1] is Engine.Plan.SinkNode { Table.Connector: "script" } sink
            ? TableOf(sink.Table) : null;

    private ScriptTable TableOf(Engine.Plan.TableSpec table) =>
        _session.Scripts.Table(table.Name[(table.Name.LastIndexOf('.') + 1)..]);

    /// <summary>Reads <c>&gt; clock 2 h</c> and <c>&gt; down 2 h</c>: rows before have been worked off when the time moves on.</summary>
    private static bool TimeStep(string step, out TimeSpan time, out bool isDown)
    {
        isDown = step.StartsWith("> down ", StringComparison.Ordinal);
        time = default;
        return (isDown || step.StartsWith("> clock ", StringComparison.Ordinal))
            && OptionValue.TryParseDuration(step[(step.IndexOf(' ', 2) + 1)..], out time);
    }

    private int CountOf(ScriptTable? script) => script is null ? _session.Result.Count() : RowsOf(script).Count;

    private IEnumerable<string> RangeOf(ScriptTable? script, int from, int count) => script is null
        ? _session.Result.Range(from, count)
        : RowsOf(script).Skip(from).Take(count).Select(row => row.ToString());

    private IReadOnlyList<ScriptRow> RowsOf(ScriptTable script) =>
        _session.Result.IsTransactional ? script.Committed : script.Emitted;

    private TestJob Start(PlannedJob job)
    {
        string name = Path.GetFileNameWithoutExtension(_file);
        TestJob started = _session.Start(job, name, Seed(name, _line));
        if (started is InterruptedJob interrupted)
        {
            _interrupted.Add(interrupted);
        }

        return started;
    }

    /// <summary>Derives a seed from a place: the same in every process.</summary>
    private static int Seed(string name, int line)
    {
        uint hash = 2166136261u ^ (uint)line;
        foreach (char c in name)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return (int)(hash & 0x3FFFFFFF);
    }

    private static string Errors(PlanResult plan) => TestSession.Errors(plan);
}
