using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Runtime.Transport;

/// <summary>Owns the bytes behind a frame's header: one buffer as it was received, or parts where they stand.</summary>
/// <remarks>Has one owner, who releases it once.</remarks>
public abstract class FrameBody
{
    /// <summary>Gets the bytes of all parts.</summary>
    public abstract long Bytes { get; }

    /// <summary>Gets the parts, in order; borrowed until <see cref="Release"/>.</summary>
    public abstract IReadOnlyList<ReadOnlyMemory<byte>> Parts { get; }

    /// <summary>Makes a body of one buffer, which moves.</summary>
    public static FrameBody Of(NativeBuffer buffer) => new BufferBody(buffer);

    /// <summary>Makes a body of an encoded message, which moves, and of bytes behind it, whose reference moves too.</summary>
    public static FrameBody Of(IpcBody message, NativeBuffer? tail) => new MessageBody(message, tail);

    /// <summary>Gives the bytes in one buffer, which its caller owns: the one that is there, else a copy that <paramref name="account"/> pays for.</summary>
    /// <exception cref="MemoryLimitException">The copy does not fit the account.</exception>
    public virtual NativeBuffer ToBuffer(BufferAllocator account)
    {
        NativeBuffer buffer = account.Allocate(Bytes);
        int done = 0;
        foreach (ReadOnlyMemory<byte> part in Parts)
        {
            part.Span.CopyTo(buffer.Span[done..]);
            done += part.Length;
        }

        return buffer;
    }

    /// <summary>Gives back what it owns.</summary>
    public abstract void Release();

    private static unsafe ReadOnlyMemory<byte> Show(NativeBuffer buffer) =>
        buffer.Length == 0 ? default : new MemoryWindow().Point(buffer.Pointer, checked((int)buffer.Length));

    private sealed class BufferBody(NativeBuffer buffer) : FrameBody
    {
        private readonly ReadOnlyMemory<byte>[] _parts = [Show(buffer)];

        public override long Bytes { get; } = buffer.Length;

        public override IReadOnlyList<ReadOnlyMemory<byte>> Parts => _parts;

        public override NativeBuffer ToBuffer(BufferAllocator account) => buffer.Retain();

        public override void Release() => buffer.Release();
    }

    private sealed class MessageBody(IpcBody message, NativeBuffer? tail) : FrameBody
    {
        public override long Bytes { get; } = message.Bytes + (tail?.Length ?? 0);

        public override IReadOnlyList<ReadOnlyMemory<byte>> Parts { get; } =
            tail is null ? message.Parts : [.. message.Parts, Show(tail)];

        public override void Release()
        {
            message.Release();
            tail?.Release();
        }
    }
}
