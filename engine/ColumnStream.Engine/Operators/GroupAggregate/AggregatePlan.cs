using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Lays out the row of a group: a count of rows where the input may retract, then the cells of each aggregate.</summary>
internal sealed class AggregatePlan
{
    /// <summary>Plans aggregates over columns of <paramref name="input"/>.</summary>
    /// <param name="keys">The key columns.</param>
    /// <param name="calls">The aggregates.</param>
    /// <param name="input">The columns that come.</param>
    /// <param name="insertOnly">Whether nothing is taken back.</param>
    /// <param name="expires">Whether groups expire: then every set is chained to its group, to go with it.</param>
    public AggregatePlan(
        ValueList<int> keys, ValueList<AggregateCall> calls, Schema input, bool insertOnly, bool expires = false)
    {
        Keys = keys;
        Calls = calls;
        InsertOnly = insertOnly;
        Accumulators = new Accumulator[calls.Count];
        Sets = new ValueSet?[calls.Count];
        Heads = new int[calls.Count];
        var fields = new Field[keys.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = input.Fields[keys[i]];
        }

        ValueList<Field> keyFields = ValueList.Create<Field>(fields);
        var cells = new System.Collections.Generic.List<StateCell>();
        var firstCells = new int[calls.Count];
        if (!insertOnly)
        {
            cells.Add(new StateCell("rows", CellType.Int64));
        }

        for (int i = 0; i < calls.Count; i++)
        {
            AggregateFunction function = AggregateTable.Find(calls[i].Function)
                ?? throw new InvariantException(9001, $"Aggregate is unknown: {calls[i].Function}.");
            Accumulators[i] = insertOnly ? function.CreateInsertOnly(calls[i]) : function.CreateAccumulator(calls[i]);
            firstCells[i] = cells.Count;
            foreach (CellType cell in Accumulators[i].Cells)
            {
                cells.Add(new StateCell($"{calls[i].StateId}.{cells.Count - firstCells[i]}", cell));
            }

            // MIN and MAX of distinct values are those of all values.
            bool needsSet = Accumulators[i].CanRetract ? calls[i].Distinct && calls[i].Arguments.Count > 0 : !insertOnly;
            if (needsSet)
            {
                var values = new Field[calls[i].Arguments.Count];
                for (int k = 0; k < values.Length; k++)
                {
                    values[k] = input.Fields[calls[i].Arguments[k]];
                }

                Sets[i] = new ValueSet(keyFields, values);
                if (expires || !Accumulators[i].CanRetract)
                {
                    cells.Add(new StateCell($"{calls[i].StateId}.head", CellType.Int64));
                }
            }
        }

        Layout = new StateLayout(keyFields, ValueList.From(cells), hasTime: expires);
        for (int i = 0; i < calls.Count; i++)
        {
            Accumulators[i].Offset = Layout.CellOffsets[firstCells[i]];
            Heads[i] = Sets[i] is null || (Accumulators[i].CanRetract && !expires)
                ? -1
                : Layout.CellOffsets[firstCells[i] + Accumulators[i].Cells.Count];
        }

        RowCountOffset = insertOnly ? -1 : Layout.CellOffsets[0];
    }

    /// <summary>Gets the key columns of the input.</summary>
    public ValueList<int> Keys { get; }

    /// <summary>Gets the calls.</summary>
    public ValueList<AggregateCall> Calls { get; }

    /// <summary>Gets whether the input only inserts.</summary>
    public bool InsertOnly { get; }

    /// <summary>Gets what runs each call.</summary>
    public Accumulator[] Accumulators { get; }

    /// <summary>Gets the counted set of each call that needs one.</summary>
    public ValueSet?[] Sets { get; }

    /// <summary>Gets where a group's row holds the head of each set's chain.</summary>
    public int[] Heads { get; }

    /// <summary>Gets the layout of a group's row.</summary>
    public StateLayout Layout { get; }

    /// <summary>Gets where a group's row counts its rows, or -1.</summary>
    public int RowCountOffset { get; }

    /// <summary>Tells whether two rows of one group have the same results.</summary>
    public unsafe bool SameResults(byte* left, byte* right)
    {
        foreach (Accumulator accumulator in Accumulators)
        {
            if (!accumulator.SameResult(left, right))
            {
                return false;
            }
        }

        return true;
    }
}
