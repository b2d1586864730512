using System;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Server.Results;

namespace ColumnStream.Server.Hosting;

/// <summary>
/// Casts results into the types that older readers know: numbers, text, bytes, truth values and timestamps. One result at a time.
/// </summary>
/// <remarks>Decimals lose digits behind the fifteenth, nanoseconds the last three; who asks for these types accepts that.</remarks>
internal sealed class BasicTypes : IDisposable
{
    private readonly Evaluator _casts;
    private readonly Schema _schema;

    /// <summary>Makes casts for results of these columns.</summary>
    public BasicTypes(ValueList<SqlField> columns, BufferAllocator memory)
    {
        _schema = SchemaOf(columns);
        _casts = new Evaluator(
            ValueList.From(columns.Select((column, i) => Cast(new ColumnExpression(i, column.Type.Materialized())))),
            BatchQueue.SchemaOf(columns), memory, new EvaluatorOptions(TimeProvider.System, new Random(0)));
    }

    /// <summary>Gives the type in which a type is sent.</summary>
    public static SqlType Of(SqlType type)
    {
        SqlType basic = type.Id switch
        {
            SqlTypeId.Decimal => SqlType.Double,
            SqlTypeId.Date => SqlType.Timestamp(3),
            SqlTypeId.Timestamp when type.Precision > 6 => SqlType.Timestamp(6),
            SqlTypeId.TimestampLtz when type.Precision > 6 => SqlType.TimestampLtz(6),
            SqlTypeId.Time or SqlTypeId.Null or SqlTypeId.Array or SqlTypeId.Map or SqlTypeId.Multiset or SqlTypeId.Row =>
                SqlType.String,
            _ => type.Materialized(),
        };
        return basic.WithNullable(type.Nullable);
    }

    /// <summary>Tells whether any column is cast.</summary>
    public static bool Differ(ValueList<SqlField> columns) => columns.Any(column => Of(column.Type) != column.Type.Materialized());

    /// <summary>Gives the schema of what is sent.</summary>
    public static Schema SchemaOf(ValueList<SqlField> columns) =>
        BatchQueue.SchemaOf(ValueList.From(columns.Select(column => column with { Type = Of(column.Type) })));

    /// <summary>Casts a batch, which is borrowed; the result is the caller's.</summary>
    public RecordBatch Cast(RecordBatch batch)
    {
        var columns = new ArrayData[_schema.Fields.Count];
        _casts.Evaluate(batch, selection: null, columns);
        return new RecordBatch(_schema, columns, batch.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => _casts.Dispose();

    private static BoundExpression Cast(ColumnExpression column)
    {
        SqlType target = Of(column.Type);
        return column.Type.Id switch
        {
            _ when target == column.Type => column,
            SqlTypeId.Array or SqlTypeId.Map or SqlTypeId.Multiset or SqlTypeId.Row =>
                new CallExpression("JSON_STRING", [column], target),
            _ => new CastExpression(column, target),
        };
    }
}
