using ColumnStream.Compute.Expressions;

namespace ColumnStream.Planner.Catalogs;

/// <summary>Is the WATERMARK of a table.</summary>
/// <param name="Column">Position of the rowtime among all columns.</param>
/// <param name="Expression">The watermark of a row, over all columns.</param>
/// <param name="Text">The expression as written.</param>
public sealed record CatalogWatermark(int Column, BoundExpression Expression, string Text);
