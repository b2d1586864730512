using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.SessionWindow;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Lays out the row of a group: a count of rows where the input may retract, then the cells of each aggregate.</summary>
internal sealed class AggregatePlan
{
    /// <summary>Calls that may share a set: their bits are one byte a row of input.</summary>
    private const int MostSharers = 8;

    private readonly int[] _owners;

    /// <summary>Plans aggregates over columns of <paramref name="input"/>.</summary>
    /// <param name="keys">The key columns.</param>
    /// <param name="calls">The aggregates.</param>
    /// <param name="input">The columns that come.</param>
    /// <param name="insertOnly">Whether nothing is taken back.</param>
    /// <param name="expires">Whether groups expire: then every set is chained to its group, to go with it.</param>
    /// <param name="countsRows">Whether rows are counted even if nothing is taken back.</param>
    /// <param name="keepsGiven">Whether a group remembers the results that it gave last.</param>
    /// <param name="partialsAt">The first column of cells made before an exchange, where no rows come; else -1.</param>
    /// <param name="isSession">Whether groups are sessions: they begin with their session's cells, and own their values.</param>
    public AggregatePlan(
        ValueList<int> keys,
        ValueList<AggregateCall> calls,
        Schema input,
        bool insertOnly,
        bool expires = false,
        bool countsRows = false,
        int partialsAt = -1,
        bool isSession = false,
        bool keepsGiven = false)
    {
        bool isChained = expires || isSession;
        int groupValues = isSession ? 1 : 0;
        PartialsAt = partialsAt;
        Keys = keys;
        Calls = calls;
        InsertOnly = insertOnly;
        Accumulators = new Accumulator[calls.Count];
        Sets = new ValueSet?[calls.Count];
        Heads = new int[calls.Count];
        _owners = new int[calls.Count];
        var fields = new Field[keys.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = input.Fields[keys[i]];
        }

        ValueList<Field> keyFields = ValueList.Create<Field>(fields);
        var cells = new List<StateCell>();
        var firstCells = new int[calls.Count];
        foreach (string name in isSession ? SessionTables.Cells : default)
        {
            cells.Add(new StateCell(name, CellType.Int64));
        }

        int rowCount = cells.Count;
        if (!insertOnly || countsRows)
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
                cells.Add(ValueCell($"{calls[i].StateId}.{cells.Count - firstCells[i]}{Kind(calls[i])}", cell));
            }

            // MIN and MAX of distinct values are those of all values.
            _owners[i] = Accumulators[i].CanRetract && calls[i].Distinct && calls[i].Arguments.Count > 0 ? OwnerFor(i) : -1;
            if (!Accumulators[i].CanRetract && !insertOnly)
            {
                Sets[i] = new ValueSet(keyFields, groupValues, ValuesOf(i, input, isSession));
            }

            if (Sets[i] is not null || (isChained && _owners[i] == i))
            {
                cells.Add(new StateCell($"{calls[i].StateId}.head", CellType.Int64) { Role = StateColumnRole.Link });
            }
        }

        for (int i = 0; i < calls.Count; i++)
        {
            if (_owners[i] == i)
            {
                string[] ids = Array.ConvertAll(MembersOf(i), member => calls[member].StateId);
                Sets[i] = ValueSet.ForDistinct(
                    keyFields, ValuesOf(i, input, isSession), ids, insertOnly, isChained, groupValues);
            }
        }

        int given = cells.Count;
        if (keepsGiven)
        {
            cells.AddRange(GivenCells(calls));
        }

        Layout = new StateLayout(keyFields, ValueList.From(cells), hasTime: expires);
        GivenOffsets = keepsGiven ? Layout.CellOffsets[given..] : [];
        for (int i = 0; i < calls.Count; i++)
        {
            Accumulators[i].Offset = Layout.CellOffsets[firstCells[i]];
            Heads[i] = Sets[i] is null || (IsDistinct(i) && !isChained)
                ? -1
                : Layout.CellOffsets[firstCells[i] + Accumulators[i].Cells.Count];
        }

        RowCountOffset = insertOnly && !countsRows ? -1 : Layout.CellOffsets[rowCount];
    }

    /// <summary>Gets the key columns of the input.</summary>
    public ValueList<int> Keys { get; }

    /// <summary>Gets the calls.</summary>
    public ValueList<AggregateCall> Calls { get; }

    /// <summary>Gets whether the input only inserts.</summary>
    public bool InsertOnly { get; }

    /// <summary>Gets whether cells come, made before an exchange, and no rows.</summary>
    public bool IsPartial => PartialsAt >= 0;

    /// <summary>Gets the column that counts rows, behind which cells stand, or -1.</summary>
    public int PartialsAt { get; }

    /// <summary>Gets what runs each call.</summary>
    public Accumulator[] Accumulators { get; }

    /// <summary>Gets whether the order of rows decides a result.</summary>
    public bool IsOrdered => Array.Exists(Accumulators, static a => a.IsOrdered);

    /// <summary>Gets the set of values of each call that needs one of its own; DISTINCT calls over one value share the first's.</summary>
    public ValueSet?[] Sets { get; }

    /// <summary>Gets where a group's row holds the head of each set's chain.</summary>
    public int[] Heads { get; }

    /// <summary>Gets the layout of a group's row.</summary>
    public StateLayout Layout { get; }

    /// <summary>Gets where a group's row holds the bits of what it gave last, then each result; empty when it does not.</summary>
    public int[] GivenOffsets { get; }

    /// <summary>Gets where a group's row counts its rows, or -1.</summary>
    public int RowCountOffset { get; }

    /// <summary>Tells whether a call sees each value once, by a set that it owns or shares.</summary>
    public bool IsDistinct(int call) => _owners[call] >= 0;

    /// <summary>Returns the calls that share the set of call <paramref name="owner"/>, itself first; none when it has none to share.</summary>
    public int[] MembersOf(int owner)
    {
        var members = new List<int>();
        for (int i = 0; i < _owners.Length; i++)
        {
            if (_owners[i] == owner)
            {
                members.Add(i);
            }
        }

        return [.. members];
    }

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

    private static IEnumerable<StateCell> GivenCells(ValueList<AggregateCall> calls)
    {
        for (int i = 0; i < GivenResults.WordsOf(calls.Count); i++)
        {
            yield return new StateCell(i == 0 ? "given" : $"given.word{i}", CellType.Int64);
        }

        foreach (AggregateCall call in calls)
        {
            DataType type = call.Type.ToArrow();
            CellType cell = type.IsView || NestedCodec.IsNested(type)
                ? CellType.View : type.ByteWidth == 16 ? CellType.Int128 : CellType.Int64;
            yield return ValueCell($"given.{call.StateId}", cell);
        }
    }

    /// <summary>Finds an earlier call over the same value that has room for one more.</summary>
    private int OwnerFor(int call)
    {
        for (int i = 0; i < call; i++)
        {
            if (_owners[i] == i && Calls[i].Arguments == Calls[call].Arguments && SharersBefore(i, call) < MostSharers)
            {
                return i;
            }
        }

        return call;
    }

    private int SharersBefore(int owner, int call)
    {
        int sharers = 0;
        for (int i = owner; i < call; i++)
        {
            sharers += _owners[i] == owner ? 1 : 0;
        }

        return sharers;
    }

    /// <summary>Says what a cell's number means where its type does not: a scale, a unit of time.</summary>
    private static string Kind(AggregateCall call)
    {
        string kind = string.Empty;
        for (int i = 0; i < call.ArgumentTypes.Count && call.Function != "COUNT"; i++)
        {
            DataType type = call.ArgumentTypes[i].ToArrow();
            kind += type.Id switch
            {
                TypeId.Decimal64 or TypeId.Decimal128 => $"|scale {type.Scale}",
                TypeId.Int8 or TypeId.Int16 or TypeId.Int32 or TypeId.Int64 or TypeId.Float32 or TypeId.Float64 => string.Empty,
                _ => type.IsView ? string.Empty : $"|{type}",
            };
        }

        return kind;
    }

    private static StateCell ValueCell(string name, CellType type) => new(name, type) { Role = StateColumnRole.Value };

    private Field[] ValuesOf(int call, Schema input, bool isSession)
    {
        int first = isSession ? 1 : 0;
        var values = new Field[first + Calls[call].Arguments.Count];
        for (int k = first; k < values.Length; k++)
        {
            values[k] = input.Fields[Calls[call].Arguments[k - first]];
        }

        if (isSession)
        {
            values[0] = new Field("birth", DataType.Int64, Nullable: false);
        }

        return values;
    }
}
