namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is <c>DESCRIPTOR(a, b)</c>: columns by name in the place of an argument.</summary>
public sealed record DescriptorArgument(EquatableArray<Identifier> Columns) : Expression;
