using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Functions;
using ColumnStream.Testing.SqlFiles;
using Xunit;

namespace ColumnStream.Sql.Tests;

/// <summary>Runs the example of every function through parser, planner and engine: each must be true.</summary>
public sealed class FunctionExampleTests
{
    private const int BatchSize = 20;

    [Fact]
    public void Every_scalar_example_is_true()
    {
        using var session = new TestSession(new SltLeg(1, 4096, null, 1 << 20));
        List<string> wrong = [];
        // There is no ROW constructor yet; tests/sql/types/rows.slt reads fields of rows that come from JSON.
        foreach (ScalarFunction[] functions in FunctionTable.All.Where(f => f.Name != "FIELD").Chunk(BatchSize))
        {
            Check(session, functions, wrong);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Every_function_can_be_called_by_each_of_its_names()
    {
        using var session = new TestSession(new SltLeg(1, 4096, null, 1 << 20));
        foreach (ScalarFunction function in FunctionTable.All)
        {
            foreach (string alias in function.Aliases.Where(a => function.Example.Contains(function.Name + "(", StringComparison.Ordinal)))
            {
                string example = function.Example.Replace(function.Name + "(", alias + "(", StringComparison.Ordinal);
                Assert.Equal(["true"], session.Run($"SELECT {example}").Rows);
            }
        }
    }

    [Fact]
    public void Every_aggregate_answers_over_rows_and_over_nothing()
    {
        using var session = new TestSession(new SltLeg(1, 4096, null, 1 << 20));
        session.Plan("CREATE VIEW v AS SELECT * FROM (VALUES (1), (2), (2), (CAST(NULL AS INT))) AS t(x)");
        foreach (AggregateFunction function in AggregateTable.All)
        {
            string expected = function.Name switch
            {
                "COUNT" => "3\t2\t0",
                "SUM" => "5\t3\tNULL",
                "MIN" => "1\t1\tNULL",
                "MAX" => "2\t2\tNULL",
                "AVG" => "1\t1\tNULL",
                "APPROX_COUNT_DISTINCT" => "2\t2\t0",
                "ARRAY_AGG" => "[1, 2, 2, NULL]\t[1, 2, NULL]\tNULL",
                "COLLECT" => "{1=1, 2=2}\t{1=1, 2=1}\t{}",
                "FIRST_VALUE" => "1\t1\tNULL",
                "JSON_ARRAYAGG" => "[1,2,2]\t[1,2]\t[]",
                "LAST_VALUE" => "2\t2\tNULL",
                "STDDEV_POP" or "VAR_POP" => "0\t0\tNULL",
                "STDDEV" or "STDDEV_SAMP" or "VARIANCE" or "VAR_SAMP" => "0\t1\tNULL",
                "JSON_OBJECTAGG" or "LISTAGG" or "PERCENTILE" => string.Empty,
                _ => throw new InvalidOperationException($"Give {function.Name} an answer here."),
            };
            if (expected.Length == 0)
            {
                // Has other arguments: answers stand in its case file.
                continue;
            }

            Assert.Equal(
                [expected],
                session.Run($"SELECT {function.Name}(x), {function.Name}(DISTINCT x), {function.Name}(x) FILTER (WHERE x > 9) FROM v").Rows);
        }
    }

    private static void Check(TestSession session, IReadOnlyList<ScalarFunction> functions, List<string> wrong)
    {
        try
        {
            string row = session.Run("SELECT " + string.Join(", ", functions.Select(f => f.Example))).Rows.Single();
            string[] cells = row.Split('\t');
            wrong.AddRange(functions.Where((_, i) => cells[i] != "true").Select((f, i) => $"{f.Name}: {f.Example} is not true"));
        }
        catch (InvalidOperationException error) when (functions.Count == 1)
        {
            wrong.Add($"{functions[0].Name}: {error.Message}");
        }
        catch (InvalidOperationException)
        {
            foreach (ScalarFunction function in functions)
            {
                Check(session, [function], wrong);
            }
        }
    }
}
