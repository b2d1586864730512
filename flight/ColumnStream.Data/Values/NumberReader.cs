#pragma warning disable RS0030 // ADO.NET's decimals are System.Decimal; the engine's are not.
using System;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads whole and binary floating numbers; whole ones also as wider or, where they fit, narrower ones.</summary>
internal sealed unsafe class NumberReader<
    [DynamicallyAccessedMembers(ColumnReader.Members)] T>(Field field, int ordinal) : StructReader<T>(field, ordinal)
    where T : unmanaged, INumber<T>
{
    private static readonly bool IsFloating =
        typeof(T) == typeof(double) || typeof(T) == typeof(float) || typeof(T) == typeof(Half);

    private T* _values;

    /// <inheritdoc/>
    public override void Bind(ArrayData? array)
    {
        base.Bind(array);
        _values = array is FixedWidthArray fixedWidth ? (T*)fixedWidth.Pointer : null;
    }

    /// <inheritdoc/>
    public override long GetInt64(int row)
    {
        if (IsFloating)
        {
            throw NoCast<long>();
        }

        try
        {
            return long.CreateChecked(_values[row]);
        }
        catch (OverflowException)
        {
            throw TooLarge(row, nameof(Int64));
        }
    }

    /// <inheritdoc/>
    public override double GetDouble(int row) => double.CreateChecked(_values[row]);

    /// <inheritdoc/>
    public override float GetFloat(int row) => float.CreateChecked(_values[row]);

    /// <inheritdoc/>
    public override decimal GetDecimal(int row) => IsFloating ? throw NoCast<decimal>() : decimal.CreateChecked(_values[row]);

    /// <inheritdoc/>
    protected override T Get(int row) => _values[row];
}
