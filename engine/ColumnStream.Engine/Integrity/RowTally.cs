using System;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Engine.Integrity;

/// <summary>Counts rows and sums their hashes by row kind, from the beginning of a run; one thread.</summary>
/// <param name="sums">Whether hashes are summed; else rows are only counted.</param>
public sealed unsafe class RowTally(bool sums)
{
    private const int Kinds = 4;
    private const int TileRows = 1024;
    private readonly long[] _rows = new long[Kinds];
    private readonly RowSum[] _sums = new RowSum[Kinds];
    private ulong[] _hashes = [];

    /// <summary>Gets whether hashes are summed.</summary>
    public bool HasSums => sums;

    /// <summary>Gets the rows of all kinds.</summary>
    public long Rows => _rows[0] + _rows[1] + _rows[2] + _rows[3];

    /// <summary>Gets the sum over rows of all kinds.</summary>
    public RowSum Sum => _sums[0] + _sums[1] + _sums[2] + _sums[3];

    /// <summary>Returns the rows of one kind.</summary>
    public long RowsOf(RowKind kind) => _rows[(int)kind];

    /// <summary>Returns the sum over rows of one kind.</summary>
    public RowSum SumOf(RowKind kind) => _sums[(int)kind];

    /// <summary>Adds the rows of a batch that count.</summary>
    public void Add(StreamBatch batch)
    {
        RowKind* kinds = batch.Kinds;
        if (kinds is null && (batch.Selection is null || !sums))
        {
            _rows[0] += batch.Count;
            if (sums)
            {
                _sums[0] += RowHash.Sum(batch.Rows.Columns, batch.Rows.Length);
            }

            return;
        }

        if (sums && _hashes.Length < batch.Rows.Length)
        {
            _hashes = new ulong[Math.Max(batch.Rows.Length, 4096)];
        }

        if (sums)
        {
            RowHash.Hash(batch.Rows.Columns, batch.Rows.Length, _hashes);
        }

        int* selected = batch.Selection is null ? null : batch.Selection.Pointer;
        int count = batch.Count;
        if (!sums)
        {
            for (int i = 0; i < count; i++)
            {
                _rows[KindOf(kinds, selected is null ? i : selected[i])]++;
            }

            return;
        }

        fixed (ulong* hashes = _hashes)
        {
            if (selected is null)
            {
                Add(hashes, (byte*)kinds, count);
                return;
            }

            // Compact, so that the passes need not look at rows that do not count; a selection goes forward.
            byte* tags = stackalloc byte[TileRows];
            for (int start = 0; start < count; start += TileRows)
            {
                int rows = Math.Min(TileRows, count - start);
                for (int i = 0; i < rows; i++)
                {
                    int row = selected[start + i];
                    tags[i] = (byte)KindOf(kinds, row);
                    hashes[start + i] = hashes[row];
                }

                Add(hashes + start, tags, rows);
            }
        }
    }

    private static int KindOf(RowKind* kinds, int row) => kinds is null ? 0 : (int)kinds[row] & (Kinds - 1);

    /// <summary>Adds rows by kind: a pass over the hashes for each kind that is there, four rows at a time.</summary>
    private void Add(ulong* hashes, byte* kinds, int count)
    {
        long left = count;
        for (int kind = 0; kind < Kinds && left > 0; kind++)
        {
            if (new ReadOnlySpan<byte>(kinds, count).Contains((byte)kind))
            {
                _sums[kind] += RowHash.SumWhere(hashes, kinds, (byte)kind, count, out long rows);
                _rows[kind] += rows;
                left -= rows;
            }
        }
    }
}
