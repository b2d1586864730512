using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Errors;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Server.Session;

/// <summary>Is the text of one statement, read once.</summary>
internal sealed class SqlStatement
{
    private SqlStatement(string text, ParseResult parsed)
    {
        Text = text;
        Parsed = parsed;
    }

    /// <summary>Gets the text as it came.</summary>
    public string Text { get; }

    /// <summary>Gets what was read.</summary>
    public ParseResult Parsed { get; }

    /// <summary>Gets the statement.</summary>
    public Statement Syntax => Parsed.Statements[0];

    /// <summary>Gets the number of its parameters.</summary>
    public int ParameterCount => Parsed.ParameterCount;

    /// <summary>Gets whether it answers with rows, whatever they are; anything else is answered with a count.</summary>
    public bool IsQuery => Syntax is QueryStatement or ShowStatement or DescribeStatement or ExplainStatement
        or DescribeJobStatement or ExplainJobStatement or ExplainUpgradeStatement or ShowIntegrityStatement or StopJobStatement
        or SetStatement { Key: null };

    /// <summary>Gets whether planning it changes nothing, so that it may be described before it runs.</summary>
    public bool IsPlannedFreely => IsQuery || Syntax is InsertStatement or StatementSet;

    /// <summary>Gets whether it starts a job that outlives it.</summary>
    public bool StartsJob => Syntax is InsertStatement or StatementSet or CreateTableStatement { AsQuery: not null };

    /// <summary>
    /// Makes INSERT INTO t VALUES (?, ?) a statement with so many rows of parameters; null where VALUES hold expressions.
    /// </summary>
    public SqlStatement? Repeated(int rows)
    {
        if (Syntax is not InsertStatement { Query: { Body: ValuesBody values } query } insert || ParameterCount == 0
            || values.Rows.Any(row => row.Elements.Any(cell => cell is not (
                DynamicParameter or StringLiteral or ExactNumericLiteral or ApproximateNumericLiteral or BooleanLiteral
                or NullLiteral))))
        {
            return null;
        }

        IEnumerable<RowConstructor> all = Enumerable.Range(0, rows).SelectMany(repeat => values.Rows.Select(row => row with
        {
            Elements =
            [
                .. row.Elements.Select(cell => cell is DynamicParameter parameter
                    ? parameter with { Index = parameter.Index + (repeat * ParameterCount) } : cell),
            ],
        }));
        InsertStatement repeated = insert with { Query = query with { Body = values with { Rows = [.. all] } } };
        return new SqlStatement(Text, Parsed with { Statements = [repeated], ParameterCount = rows * ParameterCount });
    }

    /// <summary>Reads a statement, with or without a semicolon behind it.</summary>
    /// <exception cref="UserException">It is wrong, or there is not exactly one.</exception>
    public static SqlStatement Read(string text)
    {
        ParseResult parsed = SqlParser.Parse(new SourceText(text, "sql"));
        if (!parsed.IsSuccess)
        {
            throw Wrong(parsed.Source, parsed.Diagnostics[0]);
        }

        return parsed.Statements.Count == 1
            ? new SqlStatement(text, parsed)
            : throw new UserException(
                3163,
                parsed.Statements.Count == 0 ? "One statement is expected: the text holds none."
                    : $"One statement is expected: the text holds {parsed.Statements.Count}. Send them one after the other.");
    }

    /// <summary>Makes an error of a diagnostic, with its line and the place in it.</summary>
    public static UserException Wrong(SourceText source, SqlDiagnostic diagnostic) =>
        new(diagnostic.Code, SqlDiagnosticFormatter.Format(source, diagnostic).TrimEnd());

    /// <inheritdoc/>
    public override string ToString() => Text;
}
