using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using ColumnStream.Arrow.Memory;
using ColumnStream.Nexmark.Data;
using ColumnStream.Nexmark.Duck;
using ColumnStream.Nexmark.Running;

namespace ColumnStream.Nexmark.Checking;

/// <summary>Compares the final rows of every query, over the benchmark's own table and views, with DuckDB's: as multisets.</summary>
internal sealed class AnswerCheck(
    HarnessOptions options, BenchmarkQuery[] queries, DuckDbProcess duck, BufferAllocator allocator, string scratch)
{
    private static readonly int[] s_parallelism = [1, 4];

    /// <summary>Compares at parallelism 1 and 4; returns whether all answers were equal.</summary>
    public bool Compare(Dataset dataset)
    {
        using var engine = new LocalEngine(dataset, allocator, workers: 2);
        string answer = Path.Combine(scratch, "answer.csv");
        bool equal = true;
        foreach (BenchmarkQuery query in queries)
        {
            foreach (int parallelism in s_parallelism)
            {
                string verdict;
                try
                {
                    string sql = query.Checked(options.CheckEvents, options.EventsPerSecond, parallelism);
                    engine.Run(engine.Plan(sql, query.Name));
                    long wrong = engine.Answer.WriteTo(answer);
                    (long expected, long actual, long surplus, long missing) = duck.Compare(query.DuckSql, answer, header: false);
                    bool same = expected == actual && surplus == 0 && missing == 0 && wrong == 0;
                    verdict = same
                        ? $"equal: {actual} rows"
                        : $"DIFFERENT: {actual} rows, {expected} by DuckDB, {surplus} surplus, {missing} missing, "
                          + $"{wrong} below zero";
                    equal &= same;
                }
                catch (InvalidOperationException error)
                {
                    verdict = $"NOT RUN: {error.Message} {error.InnerException?.Message}";
                    equal = false;
                }

                Console.WriteLine($"{query.Name,-12} parallelism {parallelism}  {verdict}");
            }
        }

        return equal;
    }

    /// <summary>Writes rows and checksum of DuckDB's answers, which a test holds ours against where there is no DuckDB.</summary>
    public void Keep(string path)
    {
        List<string> lines =
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"# DuckDB {duck.Version}: events {options.CheckEvents}, events a second {options.EventsPerSecond}"),
        ];
        foreach (BenchmarkQuery query in queries)
        {
            (long rows, string checksum) = duck.Answer(query.DuckSql);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{query.Name} {rows} {checksum}"));
        }

        File.WriteAllText(path, string.Join('\n', lines) + "\n");
    }
}
