using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators.WindowAggregate;

namespace ColumnStream.Engine.Operators.TimeJoin;

/// <summary>Says of the keys of joins which columns they are and which rows can match by them at all.</summary>
internal static class JoinKeys
{
    /// <summary>Returns whether a side's rows come out when nothing matches them.</summary>
    public static bool IsOuter(JoinType type, int side) =>
        type == JoinType.Full || type == (side == 0 ? JoinType.Left : JoinType.Right);

    /// <summary>Returns the key columns of an input.</summary>
    public static ValueList<Field> Fields(Schema schema, ValueList<int> keys)
    {
        var fields = new Field[keys.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = schema.Fields[keys[i]];
        }

        return ValueList.Create<Field>(fields);
    }

    /// <summary>Returns the times of a batch's rows; a row without one is refused.</summary>
    public static unsafe long* Times(RecordBatch rows, int column)
    {
        WindowTime.RefuseNull(rows, column);
        return (long*)((FixedWidthArray)rows.Columns[column]).Pointer;
    }

    /// <summary>Returns the columns of both inputs.</summary>
    public static Schema Pair(Schema left, Schema right) => new(ValueList.From<Field>([.. left.Fields, .. right.Fields]));

    /// <summary>Splits off rows with a NULL in a key that NULL matches nothing in; null when there are none.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="keys">The key columns.</param>
    /// <param name="nullSafe">Keys in which NULL equals NULL.</param>
    /// <param name="unmatchable">Receives the rows that match nothing.</param>
    public static List<int>? Matchable(RecordBatch rows, ValueList<int> keys, ValueList<bool> nullSafe, List<int> unmatchable)
    {
        unmatchable.Clear();
        bool any = false;
        for (int k = 0; k < keys.Count; k++)
        {
            any |= !nullSafe[k] && rows.Columns[keys[k]].NullCount > 0;
        }

        if (!any)
        {
            return null;
        }

        var matchable = new List<int>(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            bool hasNull = false;
            for (int k = 0; k < keys.Count; k++)
            {
                hasNull |= !nullSafe[k] && rows.Columns[keys[k]].IsNull(i);
            }

            (hasNull ? unmatchable : matchable).Add(i);
        }

        return matchable;
    }
}
