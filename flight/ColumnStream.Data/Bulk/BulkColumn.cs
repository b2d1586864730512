using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Bulk;

/// <summary>States which column of a source is sent, and as what.</summary>
/// <param name="Ordinal">The source's column.</param>
/// <param name="Field">The name in the table, and the type that is sent.</param>
internal sealed record BulkColumn(int Ordinal, Field Field);
