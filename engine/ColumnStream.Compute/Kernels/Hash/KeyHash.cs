using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Kernels.Hash;

/// <summary>
/// Hashes key columns row by row and maps hashes to key groups: one function for exchange, state and files.
/// </summary>
/// <remarks>Keys that are compared across inputs are cast to their common type before they come here.</remarks>
public static unsafe class KeyHash
{
    private const int TileRows = 512;

    /// <summary>
    /// Hashes the rows of <paramref name="keyColumns"/>; NULL is a value; no columns give one constant.
    /// </summary>
    /// <param name="keyColumns">Borrowed; each holds at least <paramref name="length"/> rows.</param>
    /// <param name="length">Number of rows.</param>
    /// <param name="hashes">Receives one hash a row.</param>
    /// <exception cref="NotSupportedException">A column's type cannot be a key.</exception>
    public static void Hash(ReadOnlySpan<ArrayData> keyColumns, int length, Span<ulong> hashes)
    {
        hashes = hashes[..length];
        if (keyColumns.IsEmpty)
        {
            hashes.Fill(Hash64.Empty);
            return;
        }

        fixed (ulong* target = hashes)
        {
            for (int column = 0; column < keyColumns.Length; column++)
            {
                HashColumn(keyColumns[column], length, target, isFirst: column == 0);
            }
        }
    }

    /// <summary>Hashes the key columns of <paramref name="batch"/>.</summary>
    /// <param name="batch">Borrowed.</param>
    /// <param name="keys">Column indices, in key order.</param>
    /// <param name="hashes">Receives one hash a row of the batch.</param>
    public static void Hash(RecordBatch batch, ReadOnlySpan<int> keys, Span<ulong> hashes)
    {
        hashes = hashes[..batch.Length];
        if (keys.IsEmpty)
        {
            hashes.Fill(Hash64.Empty);
            return;
        }

        fixed (ulong* target = hashes)
        {
            for (int i = 0; i < keys.Length; i++)
            {
                HashColumn(batch.Columns[keys[i]], batch.Length, target, isFirst: i == 0);
            }
        }
    }

    /// <summary>Returns the key group of a row: from bits that state indexes do not use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int KeyGroup(ulong hash, int keyGroups) => (int)(((hash >> 48) * (ulong)keyGroups) >> 16);

    private static void HashColumn(ArrayData column, int length, ulong* hashes, bool isFirst)
    {
        ulong* tile = stackalloc ulong[TileRows];
        for (int start = 0; start < length; start += TileRows)
        {
            int count = Math.Min(TileRows, length - start);
            ulong* target = isFirst ? hashes + start : tile;
            HashTile(column, start, count, target);
            if (column.Validity is not null)
            {
                for (int i = 0; i < count; i++)
                {
                    target[i] = Bitmap.Get(column.Validity, start + i) ? target[i] : Hash64.Null;
                }
            }

            if (!isFirst)
            {
                Hash64.Combine(hashes + start, tile, count);
            }
        }
    }

    private static void HashTile(ArrayData column, int start, int count, ulong* target)
    {
        switch (column)
        {
            case FixedWidthArray a when a.Type.Id == TypeId.FixedSizeBinary:
                for (int i = 0; i < count; i++)
                {
                    target[i] = Hash64.Bytes(a.Pointer + ((long)(start + i) * a.ByteWidth), a.ByteWidth);
                }

                break;
            case FixedWidthArray a when a.Type.Id == TypeId.Decimal128:
                for (int i = 0; i < count; i++)
                {
                    target[i] = Hash64.Wide(Unsafe.ReadUnaligned<Int128>(a.Pointer + ((long)(start + i) * 16)));
                }

                break;
            case FixedWidthArray a:
                Hash64.Words(CanonicalWords.Read(a, start, count, target), count, target);
                break;
            case BooleanArray a:
                for (int i = 0; i < count; i++)
                {
                    target[i] = Bitmap.Get(a.Bits, start + i) ? 1UL : 0;
                }

                Hash64.Words(target, count, target);
                break;
            case ViewArray a:
                HashViews(a, start, count, target);
                break;
            case BinaryArray a:
                for (int i = 0; i < count; i++)
                {
                    int first = a.Offsets[start + i];
                    target[i] = Hash64.Bytes(a.Data + first, a.Offsets[start + i + 1] - first);
                }

                break;
            case NullArray:
                new Span<ulong>(target, count).Fill(Hash64.Null);
                break;
            default:
                throw new NotSupportedException($"Type cannot be a key: {column.Type}.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void HashViews(ViewArray array, int start, int count, ulong* target)
    {
        StringView* views = array.Pointer + start;
        for (int i = 0; i < count; i++)
        {
            StringView* view = views + i;
            if (view->Length <= StringView.InlineLength)
            {
                target[i] = Hash64.Short(view->Length, (view->Low >> 32) | (view->High << 32), view->High >> 32);
            }
            else
            {
                target[i] = Hash64.Bytes(array.Data[view->BufferIndex].Pointer + view->Offset, view->Length);
            }
        }
    }
}
