namespace ColumnStream.Runtime.Exchange;

/// <summary>Tells the frames of an exchange apart.</summary>
internal enum ElementKind : byte
{
    Schema = 1,
    Dictionary,
    Batch,
    Watermark,
    Barrier,
    Idle,
    End,
    Ready,
}
