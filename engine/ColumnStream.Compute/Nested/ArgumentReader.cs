using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Moves one row of a register into a nested value, and elements of one into a register.</summary>
internal static unsafe class ArgumentReader
{
    /// <summary>Tells whether a row of a register is NULL.</summary>
    public static bool IsNull(in Register register, int row) =>
        register.Valid is not null && !Bitmap.Get(register.Valid, row);

    /// <summary>Adds a row of a register to an array of its layout.</summary>
    public static void Add(Frame frame, in Register register, int row, ArrayWriter writer)
    {
        if (IsNull(register, row))
        {
            writer.AddNull();
            return;
        }

        switch (register.Layout)
        {
            case Layout.Bit:
                writer.Add(Bitmap.Get(register.Data, row));
                break;
            case Layout.Int8:
                writer.Add(((sbyte*)register.Data)[row]);
                break;
            case Layout.Int16:
                writer.Add(((short*)register.Data)[row]);
                break;
            case Layout.Int32:
                writer.Add(((int*)register.Data)[row]);
                break;
            case Layout.Int64:
                writer.Add(((long*)register.Data)[row]);
                break;
            case Layout.Float32:
                writer.Add(((float*)register.Data)[row]);
                break;
            case Layout.Float64:
                writer.Add(((double*)register.Data)[row]);
                break;
            case Layout.Int128:
                writer.Add(((Int128*)register.Data)[row]);
                break;
            default:
                writer.Add(frame.Text(register, row).Span);
                break;
        }
    }

    /// <summary>Sets a field to a row of a register of the field's layout.</summary>
    public static void Set(Frame frame, in Register register, int row, RowWriter writer, int field)
    {
        if (IsNull(register, row))
        {
            writer.SetNull(field);
            return;
        }

        switch (register.Layout)
        {
            case Layout.Bit:
                writer.Set(field, Bitmap.Get(register.Data, row));
                break;
            case Layout.Int8:
                writer.Set(field, ((sbyte*)register.Data)[row]);
                break;
            case Layout.Int16:
                writer.Set(field, ((short*)register.Data)[row]);
                break;
            case Layout.Int32:
                writer.Set(field, ((int*)register.Data)[row]);
                break;
            case Layout.Int64:
                writer.Set(field, ((long*)register.Data)[row]);
                break;
            case Layout.Float32:
                writer.Set(field, ((float*)register.Data)[row]);
                break;
            case Layout.Float64:
                writer.Set(field, ((double*)register.Data)[row]);
                break;
            case Layout.Int128:
                writer.Set(field, ((Int128*)register.Data)[row]);
                break;
            default:
                writer.Set(field, frame.Text(register, row).Span);
                break;
        }
    }

    /// <summary>Sets a field to an element of an array of the field's layout.</summary>
    public static void Set(in ArrayValue array, int index, RowWriter writer, int field)
    {
        if (array.IsNull(index))
        {
            writer.SetNull(field);
            return;
        }

        switch (array.Layout)
        {
            case Layout.Bit:
                writer.Set(field, array.Get<bool>(index));
                break;
            case Layout.Int8:
                writer.Set(field, array.Get<sbyte>(index));
                break;
            case Layout.Int16:
                writer.Set(field, array.Get<short>(index));
                break;
            case Layout.Int32 or Layout.Float32:
                writer.Set(field, array.Get<int>(index));
                break;
            case Layout.Int64 or Layout.Float64:
                writer.Set(field, array.Get<long>(index));
                break;
            case Layout.Int128:
                writer.Set(field, array.Get<Int128>(index));
                break;
            default:
                writer.Set(field, array.Text(index).Span);
                break;
        }
    }

    /// <summary>Puts an element that is not NULL into a row of a register of the element's layout.</summary>
    public static void Load(in ArrayValue array, int index, in Register register, int row)
    {
        switch (register.Layout)
        {
            case Layout.Bit:
                Bitmap.Write(register.Data, row, array.Get<bool>(index));
                break;
            case Layout.Int8:
                ((sbyte*)register.Data)[row] = array.Get<sbyte>(index);
                break;
            case Layout.Int16:
                ((short*)register.Data)[row] = array.Get<short>(index);
                break;
            case Layout.Int32 or Layout.Float32:
                ((int*)register.Data)[row] = array.Get<int>(index);
                break;
            case Layout.Int64 or Layout.Float64:
                ((long*)register.Data)[row] = array.Get<long>(index);
                break;
            case Layout.Int128:
                ((Int128*)register.Data)[row] = array.Get<Int128>(index);
                break;
            default:
                Frame.Store(register, row, array.Text(index));
                break;
        }
    }

    /// <summary>Makes a row of a register safe to read and to ignore.</summary>
    public static void LoadNothing(in Register register, int row)
    {
        if (register.Layout == Layout.View)
        {
            ((Arrow.Arrays.StringView*)register.Data)[row] = default;
        }
    }
}
