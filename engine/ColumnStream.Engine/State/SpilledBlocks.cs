using System;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Engine.State;

/// <summary>Keeps blocks of bytes of any length in the file of a task's spilled state. One thread.</summary>
internal sealed class SpilledBlocks(StateSpill spill)
{
    /// <summary>Gets the bytes that stand on disk.</summary>
    public long Bytes { get; private set; }

    /// <summary>Writes a block.</summary>
    /// <exception cref="Errors.ExternalException">The disk is full or failed.</exception>
    public Block Write(ReadOnlySpan<byte> bytes)
    {
        long[] rooms = new long[(bytes.Length + StatePool.PageBytes - 1) / StatePool.PageBytes];
        for (int i = 0; i < rooms.Length; i++)
        {
            int from = i * StatePool.PageBytes;
            rooms[i] = spill.RentRoom();
            spill.Write(rooms[i], bytes[from..Math.Min(bytes.Length, from + StatePool.PageBytes)]);
        }

        Bytes += bytes.Length;
        return new Block(rooms, bytes.Length, Crc32C.Append(Crc32C.Empty, bytes));
    }

    /// <summary>Reads a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="target">Receives it; as long as the block.</param>
    /// <exception cref="Errors.ExternalException">The disk failed, or what came back is not what was written.</exception>
    public void Read(Block block, Span<byte> target)
    {
        for (int i = 0; i < block.Rooms.Length; i++)
        {
            int from = i * StatePool.PageBytes;
            spill.Read(block.Rooms[i], target[from..Math.Min(target.Length, from + StatePool.PageBytes)]);
        }

        if (Crc32C.Append(Crc32C.Empty, target) != block.Checksum)
        {
            throw spill.Damaged(block.Rooms[0]);
        }
    }

    /// <summary>Gives the room of a block back.</summary>
    public void Drop(Block block)
    {
        foreach (long room in block.Rooms)
        {
            spill.ReturnRoom(room);
        }

        Bytes -= block.Length;
    }

    /// <summary>Names a block.</summary>
    /// <param name="Rooms">Where its bytes stand, 64 KiB each.</param>
    /// <param name="Length">Its bytes.</param>
    /// <param name="Checksum">Their CRC-32C.</param>
    internal sealed record Block(long[] Rooms, int Length, uint Checksum);
}
