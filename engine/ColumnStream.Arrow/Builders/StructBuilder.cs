using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>
/// Builds record columns: append one value to each of <see cref="Fields"/>, then <see cref="AppendStruct"/>.
/// </summary>
public sealed class StructBuilder : ColumnBuilder
{
    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> rows.</summary>
    public StructBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
        : base(type, allocator)
    {
        Fields = new ColumnBuilder[type.Children.Count];
        for (int i = 0; i < Fields.Length; i++)
        {
            Fields[i] = Create(type.Children[i].Type, allocator, capacityRows);
        }
    }

    /// <summary>Gets the builders of the children.</summary>
    public ColumnBuilder[] Fields { get; }

    /// <summary>Closes a row; every child must have one value more than there are rows.</summary>
    /// <exception cref="InvalidOperationException">A child has a wrong number of values.</exception>
    public void AppendStruct()
    {
        foreach (ColumnBuilder field in Fields)
        {
            if (field.Length != Length + 1)
            {
                throw new InvalidOperationException($"Record field has a wrong length: {field.Length}, {Length + 1}.");
            }
        }

        AppendValidity(valid: true);
        Length++;
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        foreach (ColumnBuilder field in Fields)
        {
            field.Truncate(Math.Min(field.Length, Length));
            field.AppendNull();
        }

        AppendValidity(valid: false);
        Length++;
    }

    /// <inheritdoc/>
    public override void Truncate(int length)
    {
        base.Truncate(length);
        foreach (ColumnBuilder field in Fields)
        {
            field.Truncate(Math.Min(field.Length, length));
        }
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        var fields = new ArrayData[Fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            Fields[i].Truncate(Length);
            fields[i] = Fields[i].Finish();
        }

        var array = new StructArray(Type, Length, fields, FinishValidity());
        Length = 0;
        return array;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (ColumnBuilder field in Fields)
        {
            field.Dispose();
        }

        base.Dispose();
    }
}
