using System.Text.Json.Serialization;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Expressions;

/// <summary>Is a typed, resolved expression over the columns of one input; shared by planner and engine.</summary>
/// <param name="Type">The type of the value with nullability.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "expr")]
[JsonDerivedType(typeof(ColumnExpression), "column")]
[JsonDerivedType(typeof(LiteralExpression), "literal")]
[JsonDerivedType(typeof(CallExpression), "call")]
[JsonDerivedType(typeof(CastExpression), "cast")]
[JsonDerivedType(typeof(CaseExpression), "case")]
public abstract record BoundExpression(SqlType Type)
{
    /// <summary>Gets where the expression stands in the SQL text; not part of equality.</summary>
    public SourceLocation Location { get; init; }
}
