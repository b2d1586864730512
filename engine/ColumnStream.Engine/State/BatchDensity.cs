using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Engine.State;

/// <summary>Tells of a batch that is to stay whether its bytes are worth what they keep alive.</summary>
internal sealed unsafe class BatchDensity
{
    private const int DenseOneIn = 4;
    private const int TextSample = 64;
    private readonly List<NativeBuffer> _roots = [];

    /// <summary>Tells whether a batch's own bytes are a quarter at least of all that it keeps alive, each buffer counted once, at full size.</summary>
    public bool IsDense(RecordBatch batch, out long pinned)
    {
        long live = 0;
        _roots.Clear();
        foreach (ArrayData column in batch.Columns)
        {
            AddRoot(column.ValidityBuffer);
            switch (column)
            {
                case FixedWidthArray a:
                    live += (long)a.Length * a.ByteWidth;
                    AddRoot(a.ValuesBuffer);
                    break;
                case BooleanArray a:
                    live += a.Length >> 3;
                    AddRoot(a.ValuesBuffer);
                    break;
                case ViewArray a:
                    live += (a.Length * 16L) + (a.Data.Length > 0 ? TextBytes(a) : 0);
                    AddRoot(a.ViewsBuffer);
                    foreach (NativeBuffer text in a.Data)
                    {
                        AddRoot(text);
                    }

                    break;
            }
        }

        pinned = 0;
        foreach (NativeBuffer root in _roots)
        {
            pinned += root.Capacity;
        }

        _roots.Clear();
        return live * DenseOneIn >= pinned;
    }

    /// <summary>Estimates the bytes of long text from one row in sixty-four: a pass over all costs as much as a search.</summary>
    private static long TextBytes(ViewArray array)
    {
        long bytes = 0;
        for (int i = 0; i < array.Length; i += TextSample)
        {
            int length = array.Pointer[i].Length;
            bytes += length > StringView.InlineLength ? length : 0;
        }

        return bytes * TextSample;
    }

    private void AddRoot(NativeBuffer? buffer)
    {
        if (buffer is null)
        {
            return;
        }

        NativeBuffer root = buffer.Root;
        for (int i = 0; i < _roots.Count; i++)
        {
            if (ReferenceEquals(_roots[i], root))
            {
                return;
            }
        }

        _roots.Add(root);
    }
}
