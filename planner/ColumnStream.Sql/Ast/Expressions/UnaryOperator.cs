namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names an operator before one operand.</summary>
public enum UnaryOperator
{
    /// <summary>Is <c>+</c>.</summary>
    Plus,

    /// <summary>Is <c>-</c>.</summary>
    Minus,

    /// <summary>Is <c>NOT</c>.</summary>
    Not,
}
