using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ColumnStream.Connectors.Formats.Columns;

namespace ColumnStream.Connectors.Formats.Raw;

/// <summary>Moves numbers between a column's slots and bytes of a given order.</summary>
internal static unsafe class RawValue
{
    /// <summary>Returns the bytes of a number, or 0 for text and bytes.</summary>
    public static int WidthOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean or ColumnKind.Int8 => 1,
        ColumnKind.Int16 => 2,
        ColumnKind.Int32 or ColumnKind.Float32 => 4,
        ColumnKind.Int64 or ColumnKind.Float64 => 8,
        _ => 0,
    };

    /// <summary>Stores the number at <paramref name="p"/> in a slot.</summary>
    public static void Load(DecodeColumn column, int slot, byte* p, bool isBigEndian)
    {
        switch (WidthOf(column.Kind))
        {
            case 1:
                column.Data[slot] = column.Kind == ColumnKind.Boolean ? (*p != 0 ? (byte)1 : (byte)0) : *p;
                break;
            case 2:
                ((ushort*)column.Data)[slot] = Order(Unsafe.ReadUnaligned<ushort>(p), isBigEndian);
                break;
            case 4:
                ((uint*)column.Data)[slot] = Order(Unsafe.ReadUnaligned<uint>(p), isBigEndian);
                break;
            default:
                ((ulong*)column.Data)[slot] = Order(Unsafe.ReadUnaligned<ulong>(p), isBigEndian);
                break;
        }
    }

    /// <summary>Writes the number of a row; returns behind it.</summary>
    public static byte* Save(EncodeColumn column, int row, byte* p, bool isBigEndian)
    {
        int width = WidthOf(column.Kind);
        switch (width)
        {
            case 1:
                *p = column.Kind == ColumnKind.Boolean ? (column.Flag(row) ? (byte)1 : (byte)0) : column.Data[row];
                break;
            case 2:
                Unsafe.WriteUnaligned(p, Order(((ushort*)column.Data)[row], isBigEndian));
                break;
            case 4:
                Unsafe.WriteUnaligned(p, Order(((uint*)column.Data)[row], isBigEndian));
                break;
            default:
                Unsafe.WriteUnaligned(p, Order(((ulong*)column.Data)[row], isBigEndian));
                break;
        }

        return p + width;
    }

    private static ushort Order(ushort value, bool isBigEndian) =>
        isBigEndian == System.BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    private static uint Order(uint value, bool isBigEndian) =>
        isBigEndian == System.BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    private static ulong Order(ulong value, bool isBigEndian) =>
        isBigEndian == System.BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
