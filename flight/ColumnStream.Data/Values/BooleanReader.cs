using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads truth values.</summary>
internal sealed class BooleanReader(Field field, int ordinal) : StructReader<bool>(field, ordinal)
{
    /// <inheritdoc/>
    public override bool GetBoolean(int row) => Get(row);

    /// <inheritdoc/>
    protected override bool Get(int row) => ((BooleanArray)Array!).GetValue(row);
}
