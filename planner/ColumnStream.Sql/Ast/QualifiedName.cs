using System.Linq;

namespace ColumnStream.Sql.Ast;

/// <summary>Is a name of one to many parts, such as <c>catalog.database.table</c>.</summary>
public sealed record QualifiedName(EquatableArray<Identifier> Parts) : SqlNode
{
    /// <summary>Gets the last part.</summary>
    public Identifier Last => Parts[^1];

    /// <summary>Joins the parts with dots, unquoted, for messages.</summary>
    public string ToDisplayString() => string.Join('.', Parts.Select(part => part.Value));
}
