using System.Text;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads text of all layouts.</summary>
internal sealed class StringReader(Field field, int ordinal) : ObjectReader<string>(field, ordinal)
{
    /// <inheritdoc/>
    public override string GetString(int row) => Encoding.UTF8.GetString(BytesReader.Span(Array!, row));

    /// <inheritdoc/>
    public override System.ReadOnlySpan<byte> GetBytes(int row) => BytesReader.Span(Array!, row);

    /// <inheritdoc/>
    protected override string Get(int row) => GetString(row);
}
