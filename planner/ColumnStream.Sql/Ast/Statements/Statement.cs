namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is one statement of a script; its span leaves out the semicolon.</summary>
public abstract record Statement : SqlNode;
