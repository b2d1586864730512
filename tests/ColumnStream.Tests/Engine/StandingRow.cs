using System;
using System.Collections.Generic;
using ColumnStream.Engine.Elements;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;

namespace ColumnStream.Tests.Engine;

/// <summary>Is a row that stands in a model of ordered rows, where it came first, with how many copies of it there are.</summary>
internal sealed record StandingRow(object?[] Values, string Text, int Copies)
{
    /// <summary>Draws a batch, gives it to the operator and to the model.</summary>
    /// <param name="cluster">The operator.</param>
    /// <param name="rows">The model; over updates copies of a row cannot be told apart and stand where the first of them came.</param>
    /// <param name="random">Draws.</param>
    /// <param name="insertsOnly">Whether no row goes.</param>
    /// <param name="usual">Most rows of a usual batch.</param>
    /// <param name="largest">Most rows of one in fifteen.</param>
    /// <param name="crowd">Number of rows beyond which more go than come.</param>
    /// <param name="draw">Draws a row.</param>
    public static void Feed(
        OperatorCluster cluster, List<StandingRow> rows, Random random, bool insertsOnly, int usual, int largest, int crowd,
        Func<Random, object?[]> draw)
    {
        var values = new List<object?[]>();
        var kinds = new List<RowKind>();
        int count = 1 + random.Next(random.Next(15) == 0 ? largest : usual);
        while (values.Count < count)
        {
            if (!insertsOnly && rows.Count > 0 && random.Next(rows.Count > crowd ? 3 : 5) > 1)
            {
                int victim = random.Next(rows.Count);
                values.Add(rows[victim].Values);
                kinds.Add(random.Next(2) == 0 ? RowKind.Delete : RowKind.UpdateBefore);
                rows[victim] = rows[victim] with { Copies = rows[victim].Copies - 1 };
                rows.RemoveAll(static r => r.Copies == 0);
                continue;
            }

            object?[] row = draw(random);
            values.Add(row);
            kinds.Add(random.Next(2) == 0 ? RowKind.Insert : RowKind.UpdateAfter);
            string text = BoxedRows.Print(row);
            int known = insertsOnly ? -1 : rows.FindIndex(r => r.Text == text);
            if (known >= 0)
            {
                rows[known] = rows[known] with { Copies = rows[known].Copies + 1 };
            }
            else
            {
                rows.Add(new StandingRow(row, text, 1));
            }
        }

        cluster.Process(values, insertsOnly ? null : kinds, random);
    }
}
