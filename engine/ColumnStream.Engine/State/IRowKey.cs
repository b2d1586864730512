namespace ColumnStream.Engine.State;

/// <summary>Compares and stores the encoded key of an input row; a struct, so that each shape has its own loop.</summary>
internal unsafe interface IRowKey
{
    /// <summary>Tells whether state row <paramref name="row"/> has the key of input row <paramref name="index"/>.</summary>
    bool Matches(byte* row, int index);

    /// <summary>Writes the key of input row <paramref name="index"/> with its null bits.</summary>
    void Store(byte* row, int index);

    /// <summary>Prefetches what <see cref="Matches"/> reads beside the row.</summary>
    void Prefetch(byte* row);
}
