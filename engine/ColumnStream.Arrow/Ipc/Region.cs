namespace ColumnStream.Arrow.Ipc;

/// <summary>Locates the bytes of one buffer inside a body.</summary>
internal readonly unsafe struct Region(byte* pointer, long length, long filePosition)
{
    public readonly byte* Pointer = pointer;
    public readonly long Length = length;
    public readonly long FilePosition = filePosition;
}
