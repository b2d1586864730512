namespace ColumnStream.Arrow.Ipc;

/// <summary>Numbers the members of the format's message union.</summary>
internal enum MessageKind : byte
{
    None,
    Schema,
    DictionaryBatch,
    RecordBatch,
    Tensor,
    SparseTensor,
}
