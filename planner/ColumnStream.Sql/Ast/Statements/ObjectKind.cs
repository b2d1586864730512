namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Names a kind of object in a catalog.</summary>
public enum ObjectKind
{
    /// <summary>Is <c>TABLE</c>.</summary>
    Table,

    /// <summary>Is <c>VIEW</c>.</summary>
    View,

    /// <summary>Is <c>CATALOG</c>.</summary>
    Catalog,

    /// <summary>Is <c>DATABASE</c>.</summary>
    Database,

    /// <summary>Is <c>FUNCTION</c>.</summary>
    Function,

    /// <summary>Is <c>MODEL</c>.</summary>
    Model,

    /// <summary>Is <c>MATERIALIZED TABLE</c>.</summary>
    MaterializedTable,

    /// <summary>Is <c>CONNECTION</c>.</summary>
    Connection,
}
