namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Names an operator between two operands.</summary>
public enum BinaryOperator
{
    /// <summary>Is <c>+</c>.</summary>
    Add,

    /// <summary>Is <c>-</c>.</summary>
    Subtract,

    /// <summary>Is <c>*</c>.</summary>
    Multiply,

    /// <summary>Is <c>/</c>.</summary>
    Divide,

    /// <summary>Is <c>%</c>.</summary>
    Modulo,

    /// <summary>Is <c>||</c>.</summary>
    Concat,

    /// <summary>Is <c>=</c>.</summary>
    Equal,

    /// <summary>Is <c>&lt;&gt;</c> or <c>!=</c>.</summary>
    NotEqual,

    /// <summary>Is <c>&lt;</c>.</summary>
    LessThan,

    /// <summary>Is <c>&lt;=</c>.</summary>
    LessThanOrEqual,

    /// <summary>Is <c>&gt;</c>.</summary>
    GreaterThan,

    /// <summary>Is <c>&gt;=</c>.</summary>
    GreaterThanOrEqual,
}
