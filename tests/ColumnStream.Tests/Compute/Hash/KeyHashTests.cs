using System;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using Xunit;

namespace ColumnStream.Tests.Compute.Hash;

// Goal: hash64 is an on-disk format. Method: golden values, twins compared, layouts of equal values compared.
public sealed unsafe class KeyHashTests : IDisposable
{
    private readonly SizeClassPool _pool = new();
    private readonly BufferAllocator _allocator;

    public KeyHashTests() => _allocator = new BufferAllocator("test", _pool);

    public void Dispose()
    {
        _allocator.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void Golden_vectors_never_change()
    {
        Assert.Equal(0xE9E0033E3BADAF36UL, Hash64.Word(0));
        Assert.Equal(0xEAB29DE408AA52FDUL, Hash64.Word(1));
        Assert.Equal(0x820477342D9C40C0UL, Hash64.Word(ulong.MaxValue));
        Assert.Equal(0xA9A567218A17E17EUL, Hash64.Combine(Hash64.Word(1), Hash64.Word(2)));
        Assert.Equal(0x745F39D0A4DE41D4UL, HashText(""));
        Assert.Equal(0xF13D598B96EF145CUL, HashText("apple"));
        Assert.Equal(0x3C0B790139F3C1C4UL, HashText("hello, world"));
        Assert.Equal(0xF4429FA8A8B2838AUL, HashText("hello, world!"));
        Assert.Equal(0xF2ED0BC2296CDC69UL, HashText("0123456789abcdef"));
        Assert.Equal(0xDB89069A3A648D0AUL, HashText("The quick brown fox jumps over the lazy dog"));
        Assert.Equal(0x968B228E55CC7767UL, Hash64.Wide(Int128.MaxValue));
    }

    [Fact]
    public void Vector_and_scalar_forms_are_equal()
    {
        var random = new Random(7);
        ulong[] values = new ulong[131];
        ulong[] a = new ulong[131];
        ulong[] b = new ulong[131];
        for (int length = 0; length <= 131; length++)
        {
            random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
            fixed (ulong* v = values, x = a, y = b)
            {
                Hash64.WordsScalar(v, length, x);
                int done = Hash64.Words512(v, length, y);
                Hash64.WordsScalar(v + done, length - done, y + done);
                Assert.Equal(a, b);
                done = Hash64.Words256(v, length, y);
                Hash64.WordsScalar(v + done, length - done, y + done);
                Assert.Equal(a, b);
                Hash64.CombineScalar(x, v, length);
                done = Hash64.Combine512(y, v, length);
                Hash64.CombineScalar(y + done, v + done, length - done);
                Assert.Equal(a, b);
            }
        }
    }

    [Fact]
    public void Equal_values_hash_equal_in_every_layout()
    {
        ulong expected = Hash64.Word(unchecked((ulong)-5L));
        Assert.Equal(expected, One(DataType.Int8, (sbyte)-5));
        Assert.Equal(expected, One(DataType.Int16, (short)-5));
        Assert.Equal(expected, One(DataType.Int32, -5));
        Assert.Equal(expected, One(DataType.Int64, -5L));
        Assert.Equal(expected, One(DataType.Decimal64(10, 2), -5L));
        Assert.Equal(expected, One(DataType.Decimal128(38, 2), (Int128)(-5)));
        Assert.Equal(One(DataType.Float64, 0.0), One(DataType.Float64, -0.0));
        Assert.Equal(One(DataType.Float32, 0.0f), One(DataType.Float64, -0.0));
        Assert.Equal(One(DataType.Float64, double.NaN), One(DataType.Float64, BitConverter.Int64BitsToDouble(-1)));
        Assert.Equal(One(DataType.Float32, float.NaN), One(DataType.Float64, double.NaN));
    }

    [Fact]
    public void Views_and_offsets_hash_equal_at_every_length()
    {
        for (int length = 0; length < 100; length++)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(new string('x', length));
            for (int i = 0; i < length; i++)
            {
                bytes[i] = (byte)(i * 37);
            }

            using var views = new ViewBuilder(DataType.Utf8View, _allocator);
            using var offsets = new BinaryBuilder(DataType.Utf8, _allocator);
            views.Append(bytes);
            offsets.Append(bytes);
            Assert.Equal(HashOne(views.Finish()), HashOne(offsets.Finish()));
        }
    }

    [Fact]
    public void Null_is_a_key_in_tiles_and_in_combinations()
    {
        using var left = new FixedWidthBuilder(DataType.Int64, _allocator);
        using var right = new FixedWidthBuilder(DataType.Int32, _allocator);
        for (int i = 0; i < 1300; i++)
        {
            if (i % 3 == 0)
            {
                left.AppendNull();
            }
            else
            {
                left.Append((long)i);
            }

            right.Append(i % 7);
        }

        ArrayData a = left.Finish();
        ArrayData b = right.Finish();
        ulong[] hashes = new ulong[1300];
        KeyHash.Hash([a, b], 1300, hashes);
        for (int i = 0; i < 1300; i++)
        {
            ulong first = i % 3 == 0 ? Hash64.Null : Hash64.Word((ulong)i);
            Assert.Equal(Hash64.Combine(first, Hash64.Word((ulong)(i % 7))), hashes[i]);
        }

        a.Release();
        b.Release();
    }

    [Fact]
    public void Key_groups_cover_the_range_evenly()
    {
        int[] counts = new int[128];
        for (ulong i = 0; i < 128_000; i++)
        {
            counts[KeyHash.KeyGroup(Hash64.Word(i), 128)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 800, 1200));
        Assert.Equal(0, KeyHash.KeyGroup(0, 128));
        Assert.Equal(127, KeyHash.KeyGroup(ulong.MaxValue, 128));
    }

    private static ulong HashText(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "\0");
        fixed (byte* pointer = bytes)
        {
            return Hash64.Bytes(pointer, bytes.Length - 1);
        }
    }

    private ulong One<T>(DataType type, T value)
        where T : unmanaged
    {
        using var builder = new FixedWidthBuilder(type, _allocator);
        builder.Append(value);
        return HashOne(builder.Finish());
    }

    private static ulong HashOne(ArrayData array)
    {
        ulong[] hash = new ulong[1];
        KeyHash.Hash([array], 1, hash);
        array.Release();
        return hash[0];
    }
}
