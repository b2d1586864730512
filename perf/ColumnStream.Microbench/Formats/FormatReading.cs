using System;
using System.Collections.Generic;
using System.IO;
using ColumnStream.Arrow;
using ColumnStream.Connectors.Formats;

namespace ColumnStream.Microbench.Formats;

/// <summary>Drives a decoder over one stream of bytes.</summary>
internal static class FormatReading
{
    /// <summary>Fills a piece of input; 0 at the end.</summary>
    public delegate int Fill(Span<byte> space);

    /// <summary>Reads everything; batches are kept or released. Returns the rows.</summary>
    public static long Read(BlockDecoder decoder, Fill fill, List<RecordBatch>? keep)
    {
        long rows = 0;
        decoder.Begin("bench");
        while (true)
        {
            DecodeStatus status = decoder.Decode();
            if (status == DecodeStatus.NeedInput)
            {
                int count = fill(decoder.GetSpace());
                if (count == 0)
                {
                    decoder.Complete();
                }
                else
                {
                    decoder.Advance(count);
                }

                continue;
            }

            if (status == DecodeStatus.Error)
            {
                throw new InvalidDataException(decoder.Error.ToString());
            }

            if (decoder.TakeBatch() is { } batch)
            {
                rows += batch.Length;
                if (keep is null)
                {
                    batch.Release();
                }
                else
                {
                    keep.Add(batch);
                }
            }

            if (status == DecodeStatus.End)
            {
                return rows;
            }
        }
    }
}
