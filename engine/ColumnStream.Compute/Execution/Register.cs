namespace ColumnStream.Compute.Execution;

/// <summary>
/// Holds one column of values for the current tile: data, validity and, for views, where their buffers begin.
/// </summary>
internal unsafe struct Register
{
    /// <summary>Row 0 of the tile; for bits the byte of bit 0.</summary>
    public byte* Data;

    /// <summary>Validity bits of the tile, or null when all rows are valid.</summary>
    public byte* Valid;

    /// <summary>Own scratch for data, or null when the register points elsewhere.</summary>
    public byte* Home;

    /// <summary>Own scratch for validity: 64 bytes.</summary>
    public byte* HomeValid;

    /// <summary>Index of the views' first buffer in the frame's table.</summary>
    public int BufferBase;

    public Layout Layout;
}
