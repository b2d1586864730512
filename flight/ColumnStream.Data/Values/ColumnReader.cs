#pragma warning disable RS0030 // ADO.NET's decimals are System.Decimal; the engine's are not.
using System;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Printing;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>
/// Reads the values of one column of a result as the types of .NET; one subclass for each way that values lie in memory.
/// </summary>
internal abstract class ColumnReader(Field field, int ordinal)
{
    /// <summary>Says what ADO.NET's tables may look for in the types of values, so that a trimmer keeps it.</summary>
    public const DynamicallyAccessedMemberTypes Members =
        DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties;

    /// <summary>Gets the column's name and type.</summary>
    public Field Field { get; } = field;

    /// <summary>Gets the type that <see cref="GetValue"/> gives.</summary>
    [DynamicallyAccessedMembers(Members)]
    public abstract Type ClrType { get; }

    /// <summary>Gets the type that <see cref="GetArray"/> gives.</summary>
    [DynamicallyAccessedMembers(Members)]
    public abstract Type ArrayType { get; }

    /// <summary>Gets the column of the batch at hand.</summary>
    protected ArrayData? Array { get; private set; }

    /// <summary>Moves to the column of another batch, which the caller keeps while values are read; null for none.</summary>
    public virtual void Bind(ArrayData? array) => Array = array;

    /// <summary>Tells whether a row is null.</summary>
    public bool IsNull(int row) => Array!.IsNull(row);

    /// <summary>Gives a value that is not null as an object.</summary>
    public abstract object GetValue(int row);

    /// <summary>Gives rows as an array of the column's own type: nullable where the field is.</summary>
    public abstract Array GetArray(int start, int count);

    /// <summary>Gives a value as a truth value.</summary>
    public virtual bool GetBoolean(int row) => throw NoCast<bool>();

    /// <summary>Gives a value as a whole number of 64 bits; narrower ones are made of it with a check.</summary>
    public virtual long GetInt64(int row) => throw NoCast<long>();

    /// <summary>Gives a value as a number of binary64.</summary>
    public virtual double GetDouble(int row) => throw NoCast<double>();

    /// <summary>Gives a value as a number of binary32.</summary>
    public virtual float GetFloat(int row) => throw NoCast<float>();

    /// <summary>Gives a value as a decimal number.</summary>
    /// <exception cref="OverflowException">It has more digits than the type.</exception>
    public virtual decimal GetDecimal(int row) => throw NoCast<decimal>();

    /// <summary>Gives a value as text.</summary>
    public virtual string GetString(int row) => throw NoCast<string>();

    /// <summary>Gives a value's bytes, which stay valid while the batch does.</summary>
    public virtual ReadOnlySpan<byte> GetBytes(int row) => throw NoCast<byte[]>();

    /// <summary>Gives a value as a point in time.</summary>
    public virtual DateTime GetDateTime(int row) => throw NoCast<DateTime>();

    /// <summary>Gives a value as a <typeparamref name="T"/> beyond those that have a method of their own.</summary>
    /// <exception cref="InvalidCastException">The column has no such values.</exception>
    public virtual T GetAs<T>(int row) => GetValue(row) is T value ? value : throw NoCast<T>();

    /// <summary>Gives a value as people read it, of every type.</summary>
    public string Print(int row)
    {
        var text = new StringBuilder();
        RecordBatchPrinter.AppendValue(text, Array!, row);
        return text.ToString();
    }

    /// <summary>Makes the error of a type that the column cannot give.</summary>
    protected InvalidCastException NoCast<T>() => new(string.Create(
        CultureInfo.InvariantCulture,
        $"Column {ordinal} ('{Field.Name}') holds {Field.Type}, which cannot be read as {typeof(T).Name}."));

    /// <summary>Makes the error of a value that does not fit the type it is read as.</summary>
    protected OverflowException TooLarge(int row, string type) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"Value {Print(row)} of column {ordinal} ('{Field.Name}') does not fit {type}: read it with GetFieldValue<string>."));
}
