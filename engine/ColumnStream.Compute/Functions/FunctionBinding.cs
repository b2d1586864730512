using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions;

/// <summary>States which parameter types a call's arguments are cast to, and what it returns.</summary>
/// <param name="ParameterTypes">One type an argument.</param>
/// <param name="ReturnType">The result with nullability.</param>
public sealed record FunctionBinding(ValueList<SqlType> ParameterTypes, SqlType ReturnType);
