using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner;

/// <summary>Holds the parameters (?) of one statement: first their types, as the places they stand in tell them, then their values.</summary>
/// <remarks>
/// A parameter is a constant by the time of planning, so that filters are pushed and constants folded as if it had been written there.
/// While types are looked for it is a NULL that learns its type from the cast that its place asks for.
/// </remarks>
public sealed class StatementParameters
{
    private readonly SqlType?[] _types;
    private readonly ValueList<LiteralExpression> _values;
    private readonly bool _isInferring;

    private StatementParameters(SqlType?[] types, ValueList<LiteralExpression> values, bool isInferring)
    {
        _types = types;
        _values = values;
        _isInferring = isInferring;
    }

    /// <summary>Gets the number of parameters.</summary>
    public int Count => _types.Length;

    /// <summary>Gets whether only types are looked for: a plan made with these cannot run.</summary>
    public bool IsInferring => _isInferring;

    /// <summary>Gets the types found; STRING where the place tells none.</summary>
    public ValueList<SqlType> Types => ValueList.From(_types.Select(type => type ?? SqlType.String));

    /// <summary>Begins to look for the types of parameters.</summary>
    public static StatementParameters Infer(int count) => new(new SqlType?[count], default, isInferring: true);

    /// <summary>Gives parameters types and no values: all are NULL.</summary>
    public static StatementParameters Typed(ValueList<SqlType> types) => new([.. types], default, isInferring: false);

    /// <summary>Gives parameters values, which are cast to the types as they are by an explicit CAST.</summary>
    public static StatementParameters Bound(ValueList<SqlType> types, ValueList<LiteralExpression> values) =>
        new([.. types], values, isInferring: false);

    /// <summary>Gets the values; none where they are all NULL.</summary>
    public ValueList<LiteralExpression> Values => _values;

    /// <summary>Reads a type as it is written in SQL; null when the text is none.</summary>
    public static SqlType? ReadType(string text)
    {
        ParseResult parsed = SqlParser.Parse($"SELECT CAST(NULL AS {text})", "type");
        if (!parsed.IsSuccess
            || parsed.Statements is not [QueryStatement { Query.Body: SelectBody { Items: [ExpressionItem item] } }]
            || item.Expression is not Sql.Ast.Expressions.CastExpression cast)
        {
            return null;
        }

        SqlType type = new Binding.TypeBinder(new DiagnosticBag(parsed.Source)).Bind(cast.Type);
        return Binding.TypeBinder.IsError(type) ? null : type;
    }

    /// <summary>Returns what stands for a parameter.</summary>
    internal BoundExpression Get(int index) =>
        _isInferring ? new PlaceholderExpression(this, index)
        : _values.Count == 0 ? new LiteralExpression(null, _types[index]!.WithNullable(true))
        : ExpressionTree.CastTo(_values[index], _types[index]!);

    /// <summary>Returns the whole number that a parameter is, where only such a one may stand.</summary>
    internal long? GetCount(int index)
    {
        Learn(index, SqlType.BigInt);
        return _values.Count == 0 ? 1
            : _values[index] is { Value: { } text, Type.IsInteger: true }
                && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
                ? count : null;
    }

    /// <summary>Remembers the type that a place asks for; the first that is no NULL holds.</summary>
    internal void Learn(int index, SqlType type)
    {
        if (_isInferring && _types[index] is null && type.Id != SqlTypeId.Null)
        {
            _types[index] = type.Materialized().WithNullable(true);
        }
    }
}
