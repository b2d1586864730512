using System;

namespace ColumnStream.Arrow.Ipc;

/// <summary>
/// Holds the numbers of the Arrow columnar format: Message.fbs, Schema.fbs and File.fbs, version 1.5.
/// </summary>
internal static class Wire
{
    public const int Continuation = -1;
    public const int Alignment = 64;
    public const short VersionV4 = 3;
    public const short VersionV5 = 4;
    public const int MaxDepth = 64;
    public const int NodeBytes = 16;
    public const int BufferBytes = 16;
    public const int BlockBytes = 24;

    public static ReadOnlySpan<byte> Magic => "ARROW1"u8;
}
