using System.Data.Common;

namespace ColumnStream.Data;

/// <summary>Fills tables of a <see cref="System.Data.DataSet"/>; commands that write are set by the caller.</summary>
public sealed class ColumnStreamDataAdapter : DbDataAdapter
{
    /// <summary>Makes an adapter without commands.</summary>
    public ColumnStreamDataAdapter()
    {
    }

    /// <summary>Makes an adapter that reads with <paramref name="select"/>.</summary>
    public ColumnStreamDataAdapter(ColumnStreamCommand select) => SelectCommand = select;
}
