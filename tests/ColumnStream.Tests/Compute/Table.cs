using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Tests.Compute;

/// <summary>Evaluates expressions over small columns written as canonical literal text, null for NULL.</summary>
internal sealed class Table : IDisposable
{
    private readonly SizeClassPool _pool = new();
    private readonly BufferAllocator _allocator;
    private readonly List<SqlType> _types = [];
    private readonly List<ArrayData> _columns = [];

    public Table() => _allocator = new BufferAllocator("test", _pool);

    public EvaluatorOptions Options { get; set; } = new(TimeProvider.System, new Random(7));

    public BufferAllocator Allocator => _allocator;

    public static ValueList<T> List<T>(params T[] items) => ValueList.Create<T>(items);

    /// <summary>Adds a column and returns an expression that reads it.</summary>
    public ColumnExpression Column(SqlType type, params string?[] values)
    {
        using var builder = ColumnBuilder.Create(type.ToArrow(), _allocator, Math.Max(1, values.Length));
        foreach (string? value in values)
        {
            Append(builder, type, value);
        }

        return Column(type, builder.Finish());
    }

    public ColumnExpression Column(SqlType type, ArrayData array)
    {
        _types.Add(type);
        _columns.Add(array);
        return new ColumnExpression(_types.Count - 1, type);
    }

    /// <summary>Binds and makes a call, casting arguments as the binder would.</summary>
    public static BoundExpression Call(string name, params BoundExpression[] arguments)
    {
        ScalarFunction function = FunctionTable.Find(name) ?? throw new ArgumentException($"No function: {name}.");
        FunctionBinding binding = function.Bind(arguments.Select(a => a.Type).ToArray())
            ?? throw new ArgumentException($"No signature: {name}({string.Join(", ", arguments.Select(a => a.Type))}).");
        BoundExpression[] cast = arguments.Select((a, i) => a.Type == binding.ParameterTypes[i]
            ? a : ConstantFolder.Fold(new CastExpression(a, binding.ParameterTypes[i]))).ToArray();
        return new CallExpression(function.Name, List(cast), binding.ReturnType);
    }

    /// <summary>Evaluates with vector and scalar kernels, checks that they agree, and returns canonical text.</summary>
    public IReadOnlyList<string?> Run(BoundExpression expression, int[]? selected = null)
    {
        string?[] vector = Run(expression, scalar: false, selected);
        string?[] scalar = Run(expression, scalar: true, selected);
        Xunit.Assert.Equal(vector, scalar);
        return vector;
    }

    public string?[] Run(BoundExpression expression, bool scalar, int[]? selected = null)
    {
        RecordBatch batch = Batch();
        using Selection? selection = Select(selected);
        using var evaluator = new Evaluator(List(expression), batch.Schema, _allocator, Options, scalar);
        var results = new ArrayData[1];
        try
        {
            evaluator.Evaluate(batch, selection, results);
            string?[] text = Read(results[0], expression.Type);
            results[0].Release();
            return selected is null ? text : selected.Select(i => text[i]).ToArray();
        }
        finally
        {
            batch.Release();
        }
    }

    /// <summary>Evaluates several expressions at once; the caller owns the columns.</summary>
    public ArrayData[] Evaluate(BoundExpression[] expressions, int[]? selected = null)
    {
        RecordBatch batch = Batch();
        using Selection? selection = Select(selected);
        using var evaluator = new Evaluator(List(expressions), batch.Schema, _allocator, Options);
        var results = new ArrayData[expressions.Length];
        try
        {
            evaluator.Evaluate(batch, selection, results);
            return results;
        }
        finally
        {
            batch.Release();
        }
    }

    public int[] Filter(BoundExpression expression, bool scalar = false, int[]? selected = null)
    {
        RecordBatch batch = Batch();
        using Selection? selection = Select(selected);
        using var survivors = new Selection(batch.Length, _allocator);
        using var evaluator = new Evaluator(List(expression), batch.Schema, _allocator, Options, scalar);
        try
        {
            evaluator.Filter(batch, selection, survivors);
            return survivors.Rows.ToArray();
        }
        finally
        {
            batch.Release();
        }
    }

    /// <summary>Evaluates without columns: one row.</summary>
    public static string? Value(BoundExpression expression)
    {
        using var table = new Table();
        table.Column(SqlType.Integer, "0");
        return table.Run(expression)[0];
    }

    public void Dispose()
    {
        foreach (ArrayData column in _columns)
        {
            column.Release();
        }

        _allocator.Dispose();
        _pool.Dispose();
    }

    public RecordBatch Batch()
    {
        Field[] fields = _types.Select((t, i) => new Field($"c{i}", t.ToArrow(), t.Nullable)).ToArray();
        return new RecordBatch(
            new Schema(List(fields)), _columns.Select(c => c.Retain()).ToArray(), _columns.Count == 0 ? 0 : _columns[0].Length);
    }

    public static unsafe string?[] Read(ArrayData array, SqlType type) => Enumerable.Range(0, array.Length)
        .Select(i => array.IsNull(i) ? null : Text(array, type, i)).ToArray();

    private static string Text(ArrayData array, SqlType type, int row) => array switch
    {
        BooleanArray bits => bits.GetValue(row) ? "true" : "false",
        ViewArray views when type.IsText => Encoding.UTF8.GetString(views.GetBytes(row)),
        ViewArray views => Convert.ToHexString(views.GetBytes(row)),
        FixedWidthArray values => type.ToArrow().Id switch
        {
            TypeId.Int8 => values.Values<sbyte>()[row].ToString(CultureInfo.InvariantCulture),
            TypeId.Int16 => values.Values<short>()[row].ToString(CultureInfo.InvariantCulture),
            TypeId.Int32 or TypeId.Date32 or TypeId.Time32 => values.Values<int>()[row].ToString(CultureInfo.InvariantCulture),
            TypeId.Float32 => values.Values<float>()[row].ToString("R", CultureInfo.InvariantCulture),
            TypeId.Float64 => values.Values<double>()[row].ToString("R", CultureInfo.InvariantCulture),
            TypeId.Decimal128 => values.Values<Int128>()[row].ToString(CultureInfo.InvariantCulture),
            _ => values.Values<long>()[row].ToString(CultureInfo.InvariantCulture),
        },
        _ => array.ToString()!,
    };

    private static void Append(ColumnBuilder builder, SqlType type, string? value)
    {
        if (value is null)
        {
            builder.AppendNull();
            return;
        }

        switch (builder)
        {
            case BooleanBuilder bits:
                bits.Append(value == "true");
                break;
            case ViewBuilder views:
                views.Append(type.IsText ? Encoding.UTF8.GetBytes(value) : Convert.FromHexString(value));
                break;
            case FixedWidthBuilder fixedWidth:
                AppendFixed(fixedWidth, value);
                break;
            default:
                throw new NotSupportedException(type.ToString());
        }
    }

    private static void AppendFixed(FixedWidthBuilder builder, string value)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        switch (builder.Type.Id)
        {
            case TypeId.Int8:
                builder.Append(sbyte.Parse(value, invariant));
                break;
            case TypeId.Int16:
                builder.Append(short.Parse(value, invariant));
                break;
            case TypeId.Int32 or TypeId.Date32 or TypeId.Time32:
                builder.Append(int.Parse(value, invariant));
                break;
            case TypeId.Float32:
                builder.Append(float.Parse(value, invariant));
                break;
            case TypeId.Float64:
                builder.Append(double.Parse(value, invariant));
                break;
            case TypeId.Decimal128:
                builder.Append(Int128.Parse(value, invariant));
                break;
            default:
                builder.Append(long.Parse(value, invariant));
                break;
        }
    }

    private Selection? Select(int[]? rows)
    {
        if (rows is null)
        {
            return null;
        }

        var selection = new Selection(rows.Length, _allocator);
        unsafe
        {
            rows.CopyTo(new Span<int>(selection.Pointer, rows.Length));
        }

        selection.Count = rows.Length;
        return selection;
    }
}
