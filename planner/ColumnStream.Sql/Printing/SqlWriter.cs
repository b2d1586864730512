using System;
using System.Text;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Parsing;

namespace ColumnStream.Sql.Printing;

/// <summary>Collects printed text.</summary>
internal sealed class SqlWriter
{
    private readonly StringBuilder _text = new();

    public SqlWriter Add(string text)
    {
        _text.Append(text);
        return this;
    }

    public SqlWriter AddIf(bool condition, string text) => condition ? Add(text) : this;

    public SqlWriter String(string value) => Add(SqlPrinter.PrintString(value));

    public SqlWriter Comment(string? comment) => comment is null ? this : Add(" COMMENT ").String(comment);

    /// <summary>Writes a name, quoted when it would not be read back as the same name.</summary>
    public SqlWriter Name(string name)
    {
        bool isPlain = name.Length > 0 && !char.IsAsciiDigit(name[0])
            && !Keywords.IsReservedByDialect(name.ToUpperInvariant());
        foreach (char letter in name)
        {
            isPlain &= char.IsAsciiLetterOrDigit(letter) || letter == '_';
        }

        return isPlain ? Add(name) : Quoted(name);
    }

    public SqlWriter Quoted(string name) => Add("`").Add(name.Replace("`", "``", StringComparison.Ordinal)).Add("`");

    public SqlWriter Name(Identifier identifier) => Name(identifier.Value);

    public SqlWriter Name(QualifiedName name) => List(name.Parts, part => Name(part), ".");

    public SqlWriter Names(EquatableArray<Identifier> names) => Add("(").List(names, name => Name(name)).Add(")");

    public SqlWriter List<T>(EquatableArray<T> items, Action<T> print, string separator = ", ")
    {
        for (int index = 0; index < items.Count; index++)
        {
            AddIf(index > 0, separator);
            print(items[index]);
        }

        return this;
    }

    public override string ToString() => _text.ToString();
}
