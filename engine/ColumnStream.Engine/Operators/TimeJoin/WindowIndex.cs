using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeJoin;

/// <summary>Finds for each row of one batch the rows of another with the same keys: a hash table that lives as long as a window closes.</summary>
/// <remarks>One of the two batches is indexed, the other walked. Keys are compared as words, text by its bytes.</remarks>
internal sealed unsafe class WindowIndex : IDisposable
{
    private readonly int[][] _keys;
    private readonly StateLayout _layout;
    private readonly KeyEncoder[] _encoders;
    private readonly NativeList<ulong>[] _hashes;
    private readonly NativeList<int> _heads;
    private readonly NativeList<int> _next;
    private ulong _mask;
    private int _built;
    private int _walked;
    private int _row;
    private int _candidate;
    private bool _isInside;

    /// <summary>Prepares for batches of two inputs.</summary>
    /// <param name="leftKeys">Key columns of the left batches.</param>
    /// <param name="rightKeys">Key columns of the right batches, of the same types.</param>
    /// <param name="context">Memory and the inputs.</param>
    public WindowIndex(int[] leftKeys, int[] rightKeys, OperatorContext context)
    {
        _keys = [leftKeys, rightKeys];
        _layout = new StateLayout(JoinKeys.Fields(context.Inputs[0], ValueList.Create<int>(leftKeys)), []);
        _encoders = [new KeyEncoder(_layout, context.Allocator), new KeyEncoder(_layout, context.Allocator)];
        _hashes = [new NativeList<ulong>(context.Allocator), new NativeList<ulong>(context.Allocator)];
        _heads = new NativeList<int>(context.Allocator);
        _next = new NativeList<int>(context.Allocator);
    }

    /// <summary>Indexes one of two batches, which the caller keeps until the walk is over.</summary>
    public void Begin(RecordBatch left, RecordBatch right, int built)
    {
        _built = built;
        Encode(0, left);
        Encode(1, right);
        _walked = (built == 0 ? right : left).Length;
        _row = 0;
        _isInside = false;
        Build((built == 0 ? left : right).Length);
    }

    /// <summary>Writes the next pairs of rows; returns how many, none when all are through.</summary>
    /// <param name="left">Receives rows of the left batch.</param>
    /// <param name="right">Receives rows of the right batch.</param>
    /// <param name="most">How many fit.</param>
    /// <param name="once">Whether one pair a walked row is enough.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Next(int* left, int* right, int most, bool once)
    {
        int* walked = _built == 0 ? right : left;
        int* found = _built == 0 ? left : right;
        ulong* hashes = _hashes[1 - _built].Pointer;
        ulong* others = _hashes[_built].Pointer;
        int* heads = _heads.Pointer;
        int* next = _next.Pointer;
        int count = 0;
        for (; _row < _walked; _row++)
        {
            ulong hash = hashes[_row];
            int candidate = _isInside ? _candidate : heads[(int)(hash & _mask)];
            _isInside = false;
            for (; candidate != 0; candidate = next[candidate])
            {
                if (others[candidate - 1] != hash || !IsSame(_row, candidate - 1))
                {
                    continue;
                }

                if (count == most)
                {
                    _candidate = candidate;
                    _isInside = true;
                    return count;
                }

                walked[count] = _row;
                found[count++] = candidate - 1;
                if (once)
                {
                    break;
                }
            }
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int side = 0; side < 2; side++)
        {
            _encoders[side].Dispose();
            _hashes[side].Dispose();
        }

        _heads.Dispose();
        _next.Dispose();
    }

    private void Encode(int side, RecordBatch batch)
    {
        ArrayData[] columns = batch.Pick(_keys[side]);
        _encoders[side].Encode(columns, batch.Length);
        KeyHash.Hash(columns, batch.Length, new Span<ulong>(_hashes[side].Reserve(batch.Length), batch.Length));
    }

    /// <summary>Chains the rows of a bucket; rows count from one, so that zero ends a chain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Build(int rows)
    {
        int buckets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2 * Math.Min(rows, 1 << 28), 16));
        _mask = (ulong)(buckets - 1);
        int* heads = _heads.Reserve(buckets);
        int* next = _next.Reserve(rows + 1);
        new Span<int>(heads, buckets).Clear();
        ulong* hashes = _hashes[_built].Pointer;
        for (int i = 0; i < rows; i++)
        {
            int* head = heads + (hashes[i] & _mask);
            next[i + 1] = *head;
            *head = i + 1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsSame(int walked, int built)
    {
        KeyEncoder one = _encoders[1 - _built];
        KeyEncoder other = _encoders[_built];
        int words = _layout.KeyWords;
        ulong* left = one.Words + ((long)walked * words);
        ulong* right = other.Words + ((long)built * words);
        for (int i = 0; i < words; i++)
        {
            if (left[i] != right[i] && !IsSameText(left, right, i))
            {
                return false;
            }
        }

        return one.Nulls[walked] == other.Nulls[built];
    }

    private bool IsSameText(ulong* left, ulong* right, int word) =>
        (_layout.LongKeyWords >> word & 1) != 0
        && (int)left[word - 1] > StringView.InlineLength
        && GeneralKey.SameBytes((StringView*)(left + word - 1), (StringView*)(right + word - 1));
}
