namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Names what LIKE does with a feature.</summary>
public enum LikeMode
{
    /// <summary>Is <c>INCLUDING</c>.</summary>
    Including,

    /// <summary>Is <c>EXCLUDING</c>.</summary>
    Excluding,

    /// <summary>Is <c>OVERWRITING</c>.</summary>
    Overwriting,
}
