using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads bytes of all layouts; those of sixteen also as a Guid in the order of RFC 9562.</summary>
internal sealed class BytesReader(Field field, int ordinal) : ObjectReader<byte[]>(field, ordinal)
{
    /// <summary>Gives the bytes of a row of text or bytes.</summary>
    public static unsafe ReadOnlySpan<byte> Span(ArrayData array, int row) => array switch
    {
        BinaryArray bytes => bytes.GetBytes(row),
        LargeBinaryArray bytes => bytes.GetBytes(row),
        ViewArray views => views.GetBytes(row),
        FixedWidthArray values => new ReadOnlySpan<byte>(values.Pointer + ((long)row * values.ByteWidth), values.ByteWidth),
        _ => throw new NotSupportedException($"Column has no bytes: {array.Type}."),
    };

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> GetBytes(int row) => Span(Array!, row);

    /// <inheritdoc/>
    public override T GetAs<T>(int row)
    {
        if (typeof(T) == typeof(Guid))
        {
            ReadOnlySpan<byte> bytes = Span(Array!, row);
            return bytes.Length == 16 ? (T)(object)new Guid(bytes, bigEndian: true) : throw NoCast<T>();
        }

        return base.GetAs<T>(row);
    }

    /// <inheritdoc/>
    protected override byte[] Get(int row) => Span(Array!, row).ToArray();
}
