using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>
/// Reads values that have no type in .NET as text: intervals of months and days, unions, columns of nothing but nulls.
/// </summary>
internal sealed class PrintedReader(Field field, int ordinal) : ObjectReader<string>(field, ordinal)
{
    /// <inheritdoc/>
    public override string GetString(int row) => Print(row);

    /// <inheritdoc/>
    protected override string Get(int row) => Print(row);
}
