#pragma warning disable RS0030 // ADO.NET's decimals are System.Decimal; the engine's are not.
using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Parameters;

/// <summary>Makes the batch in which values of parameters travel.</summary>
internal static class ParameterBatch
{
    /// <summary>Makes a batch with a column for each parameter and a row for each set of values; the caller releases it.</summary>
    /// <exception cref="InvalidCastException">A value does not fit its column's type.</exception>
    public static RecordBatch Of(
        IReadOnlyList<ColumnStreamParameter> parameters, IReadOnlyList<IReadOnlyList<object?>> rows, BufferAllocator allocator)
    {
        var fields = new Field[parameters.Count];
        var columns = new ArrayData[parameters.Count];
        int done = 0;
        try
        {
            for (; done < columns.Length; done++)
            {
                var values = new object?[rows.Count];
                for (int row = 0; row < values.Length; row++)
                {
                    values[row] = rows[row][done];
                }

                DataType type = ParameterTypes.Of(parameters[done], values);
                fields[done] = new Field("$" + (done + 1).ToString(CultureInfo.InvariantCulture), type);
                columns[done] = Column(parameters[done], type, values, allocator);
            }

            return new RecordBatch(new Schema(fields), columns, rows.Count);
        }
        catch
        {
            for (int i = 0; i < done; i++)
            {
                columns[i].Release();
            }

            throw;
        }
    }

    private static ArrayData Column(ColumnStreamParameter parameter, DataType type, object?[] values, BufferAllocator allocator)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(type, allocator, values.Length);
        foreach (object? value in values)
        {
            try
            {
                ValueWriter.AppendNullable(builder, value);
            }
            catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException)
            {
                throw new InvalidCastException(
                    $"Parameter '{parameter.ParameterName}' has a value that does not fit {type}: {value} "
                    + $"({value!.GetType().Name}).", e);
            }
        }

        return builder.Finish();
    }
}
