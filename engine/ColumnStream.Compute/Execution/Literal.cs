using System;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Execution;

/// <summary>Writes a constant into all rows of a register.</summary>
internal static unsafe class Literal
{
    /// <summary>
    /// Fills the register; returns a buffer that long text lives in, to be added at the register's base.
    /// </summary>
    public static NativeBuffer? Fill(ref Register register, LiteralExpression literal, BufferAllocator allocator)
    {
        byte* data = register.Data;
        const int Rows = Frame.TileRows;
        if (literal.Value is not { } text)
        {
            new Span<byte>(register.HomeValid, Frame.BitmapBytes).Clear();
            register.Valid = register.HomeValid;
            return null;
        }

        switch (register.Layout)
        {
            case Layout.Bit:
                new Span<byte>(data, Frame.BitmapBytes).Fill(text == "true" ? (byte)0xFF : (byte)0);
                break;
            case Layout.Int8:
                new Span<sbyte>(data, Rows).Fill((sbyte)Int64(text));
                break;
            case Layout.Int16:
                new Span<short>(data, Rows).Fill((short)Int64(text));
                break;
            case Layout.Int32:
                new Span<int>(data, Rows).Fill((int)Int64(text));
                break;
            case Layout.Int64:
                new Span<long>(data, Rows).Fill(Int64(text));
                break;
            case Layout.Float32:
                new Span<float>(data, Rows).Fill(float.Parse(text, CultureInfo.InvariantCulture));
                break;
            case Layout.Float64:
                new Span<double>(data, Rows).Fill(double.Parse(text, CultureInfo.InvariantCulture));
                break;
            case Layout.Int128:
                new Span<Int128>(data, Rows).Fill(System.Int128.Parse(text, CultureInfo.InvariantCulture));
                break;
            default:
                byte[] bytes = literal.Type.IsText ? Encoding.UTF8.GetBytes(text) : Convert.FromHexString(text);
                return FillViews((StringView*)data, bytes, allocator);
        }

        return null;
    }

    /// <summary>
    /// Returns the bytes of a text literal that are compared inside views, or null when they are too many.
    /// </summary>
    public static byte[]? InlineText(BoundExpression expression)
    {
        if (expression is not LiteralExpression { Value: { } text, Type.IsText: true })
        {
            return null;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length <= StringView.InlineLength ? bytes : null;
    }

    private static NativeBuffer? FillViews(StringView* views, byte[] bytes, BufferAllocator allocator)
    {
        if (bytes.Length <= StringView.InlineLength)
        {
            new Span<StringView>(views, Frame.TileRows).Fill(StringView.Inline(bytes));
            return null;
        }

        NativeBuffer buffer = allocator.Allocate(bytes.Length);
        bytes.CopyTo(new Span<byte>(buffer.Pointer, bytes.Length));
        StringView view = StringView.Create(buffer.Pointer, bytes.Length, bufferIndex: 0, offset: 0);
        new Span<StringView>(views, Frame.TileRows).Fill(view);
        return buffer;
    }

    private static long Int64(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
