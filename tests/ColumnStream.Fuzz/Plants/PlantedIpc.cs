using System;
using System.Globalization;
using System.Text.RegularExpressions;
using ColumnStream.Arrow.Ipc;

namespace ColumnStream.Fuzz.Plants;

/// <summary>Does what a reader of Arrow streams would do that had left out one check: read outside its memory.</summary>
internal static partial class PlantedIpc
{
    /// <summary>Stands where the real reader has refused <paramref name="bytes"/>.</summary>
    public static void AfterRefusal(int plant, byte[] bytes, IpcException refusal)
    {
        if (plant == 1 && refusal.Message.StartsWith("Buffer is outside the body", StringComparison.Ordinal))
        {
            ReadBufferPastBody(bytes);
        }

        if (plant == 2 && OffsetsRefusal().Match(refusal.Message) is { Success: true } match)
        {
            ReadItemPastList(bytes, (int)refusal.Position, long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex("^Offsets do not ascend from 0 to at most (\\d+)\\.")]
    private static partial Regex OffsetsRefusal();

    /// <summary>Checks where a buffer begins, as the reader does, and not where it ends.</summary>
    private static void ReadBufferPastBody(byte[] bytes)
    {
        int at = bytes.AsSpan().StartsWith("ARROW1"u8) ? 8 : 0;
        while (at + 8 <= bytes.Length && BitConverter.ToInt32(bytes, at) == -1)
        {
            int length = BitConverter.ToInt32(bytes, at + 4);
            at += 8;
            if (length <= 0 || length > bytes.Length - at)
            {
                return;
            }

            MessageHeader header = MessageHeader.Parse(bytes.AsSpan(at, length), at);
            at += length;
            if (header.Kind == MessageKind.RecordBatch)
            {
                FlatVector buffers = header.Table.GetVector(2, Wire.BufferBytes);
                for (int i = 0; i < buffers.Count; i++)
                {
                    int entry = buffers.Start + (i * Wire.BufferBytes);
                    long offset = header.Table.Reader.Read<long>(entry);
                    if (offset >= 0 && offset <= header.BodyLength)
                    {
                        Overrun.Read(header.BodyLength, offset, header.Table.Reader.Read<long>(entry + 8));
                    }
                }
            }

            at += (int)Math.Min(header.BodyLength, bytes.Length - at);
        }
    }

    /// <summary>Checks that offsets ascend, and lets the last lead into what is taken for padding.</summary>
    private static void ReadItemPastList(byte[] bytes, int position, long items)
    {
        int last = 0;
        for (int at = position; at + 4 <= bytes.Length; at += 4)
        {
            int offset = BitConverter.ToInt32(bytes, at);
            if (offset < last || offset > items + 8)
            {
                break;
            }

            last = offset;
        }

        if (last > items)
        {
            const int itemBytes = 256;
            Overrun.Read(items * itemBytes, 0, last * (long)itemBytes);
        }
    }
}
