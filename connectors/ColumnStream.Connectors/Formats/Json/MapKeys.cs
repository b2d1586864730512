using System;
using System.Collections.Generic;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Connectors.Formats.Columns;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Finds out whether a map's object names a key twice.</summary>
internal sealed unsafe class MapKeys
{
    private const int Few = 12;
    private readonly HashSet<ulong> _hashes = [];

    /// <summary>Tells whether two of the keys in a range of slots may be equal; true for a rare collision of hashes too.</summary>
    public bool HasEqual(ColumnSet columns, DecodeColumn keys, int from, int to)
    {
        if (to - from <= Few)
        {
            for (int i = from + 1; i < to; i++)
            {
                for (int j = from; j < i; j++)
                {
                    if (columns.Text(keys, i).SequenceEqual(columns.Text(keys, j)))
                    {
                        return true;
                    }
                }
            }

            return false;
        }

        _hashes.Clear();
        for (int i = from; i < to; i++)
        {
            ReadOnlySpan<byte> key = columns.Text(keys, i);
            fixed (byte* start = key)
            {
                if (!_hashes.Add(Hash64.Bytes(start, key.Length)))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
