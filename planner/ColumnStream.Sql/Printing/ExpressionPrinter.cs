using System;
using System.Globalization;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Parsing;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints expressions with the fewest parentheses that keep their shape.</summary>
internal sealed class ExpressionPrinter
{
    private readonly SqlWriter _writer;
    private readonly QueryPrinter _queries;

    public ExpressionPrinter(QueryPrinter queries)
    {
        _queries = queries;
        _writer = queries.Writer;
        Types = new TypePrinter(_writer);
        Functions = new FunctionPrinter(queries, this);
    }

    public TypePrinter Types { get; }

    public FunctionPrinter Functions { get; }

    public void Print(Expression expression) => Print(expression, Precedence.Lowest);

    /// <summary>Prints an expression or one of the nodes that stand only among arguments.</summary>
    public void PrintArgument(Expression argument)
    {
        if (!Functions.PrintArgumentOnly(argument))
        {
            Print(argument);
        }
    }

    /// <summary>Prints with parentheses when the operator binds less than <paramref name="minimum"/>.</summary>
    public void Print(Expression expression, int minimum)
    {
        bool isWrapped = PrecedenceOf(expression) < minimum;
        _writer.AddIf(isWrapped, "(");
        PrintBare(expression);
        _writer.AddIf(isWrapped, ")");
    }

    private static int PrecedenceOf(Expression expression) => expression switch
    {
        LogicalExpression { Operator: LogicalOperator.Or } => Precedence.Or,
        LogicalExpression => Precedence.And,
        UnaryExpression { Operator: UnaryOperator.Not } => Precedence.Not,
        UnaryExpression => Precedence.Sign,
        IsExpression => Precedence.Is,
        DistinctFromExpression or QuantifiedExpression or QuantifiedListExpression => Precedence.Comparison,
        PeriodExpression => Precedence.Comparison,
        BinaryExpression binary => Precedence.Of(binary.Operator),
        MultisetOperation multiset => Precedence.Of(multiset.Operator),
        BetweenExpression or InListExpression or InQueryExpression or LikeExpression => Precedence.Range,
        MembershipExpression => Precedence.Range,
        _ => Precedence.Primary,
    };

    private void PrintBare(Expression expression)
    {
        switch (expression)
        {
            case LogicalExpression logical:
                bool isAnd = logical.Operator == LogicalOperator.And;
                int level = (isAnd ? Precedence.And : Precedence.Or) + 1;
                _writer.List(logical.Operands, operand => Print(operand, level), isAnd ? " AND " : " OR ");
                break;
            case UnaryExpression { Operator: UnaryOperator.Not } not:
                _writer.Add("NOT ");
                Print(not.Operand, Precedence.Not);
                break;
            case UnaryExpression sign:
                _writer.Add(sign.Operator == UnaryOperator.Minus ? "-" : "+");
                Print(sign.Operand, Precedence.Sign + 1);
                break;
            case BinaryExpression binary:
                Print(binary.Left, Precedence.Of(binary.Operator));
                _writer.Add(Symbol(binary.Operator));
                Print(binary.Right, Precedence.Of(binary.Operator) + 1);
                break;
            case IsExpression test:
                Print(test.Operand, Precedence.Is);
                _writer.Add(test.IsNegated ? " IS NOT " : " IS ").Add(TestName(test.Test));
                break;
            case DistinctFromExpression distinct:
                Print(distinct.Left, Precedence.Comparison);
                _writer.Add(distinct.IsNegated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
                Print(distinct.Right, Precedence.Comparison + 1);
                break;
            case QuantifiedExpression quantified:
                Print(quantified.Operand, Precedence.Comparison);
                _writer.Add(Symbol(quantified.Operator)).Add(quantified.Quantifier == Quantifier.All ? "ALL " : "ANY ");
                _queries.PrintParenthesized(quantified.Query);
                break;
            case QuantifiedListExpression quantified:
                Print(quantified.Operand, Precedence.Comparison);
                _writer.Add(Symbol(quantified.Operator)).Add(quantified.Quantifier == Quantifier.All ? "ALL (" : "ANY (");
                _writer.List(quantified.Items, Print).Add(")");
                break;
            case PeriodExpression period:
                Print(period.Left, Precedence.Comparison);
                _writer.Add(" ").Add(Periods.NameOf(period.Predicate)).Add(" ");
                PrintPeriod(period.Right);
                break;
            case MultisetOperation multiset:
                Print(multiset.Left, Precedence.Of(multiset.Operator));
                _writer.Add($" MULTISET {multiset.Operator.ToString().ToUpperInvariant()} ").AddIf(multiset.IsAll, "ALL ");
                Print(multiset.Right, Precedence.Of(multiset.Operator) + 1);
                break;
            default:
                PrintRangeOrPrimary(expression);
                break;
        }
    }

    private void PrintRangeOrPrimary(Expression expression)
    {
        switch (expression)
        {
            case BetweenExpression between:
                Print(between.Operand, Precedence.Range);
                _writer.AddIf(between.IsNegated, " NOT").Add(" BETWEEN ").AddIf(between.IsSymmetric, "SYMMETRIC ");
                Print(between.Low, Precedence.Range + 1);
                _writer.Add(" AND ");
                Print(between.High, Precedence.Range + 1);
                break;
            case InListExpression list:
                Print(list.Operand, Precedence.Range);
                _writer.AddIf(list.IsNegated, " NOT").Add(" IN (").List(list.Items, Print).Add(")");
                break;
            case InQueryExpression query:
                Print(query.Operand, Precedence.Range);
                _writer.AddIf(query.IsNegated, " NOT").Add(" IN ");
                _queries.PrintParenthesized(query.Query);
                break;
            case LikeExpression like:
                Print(like.Operand, Precedence.Range);
                _writer.AddIf(like.IsNegated, " NOT").Add(like.Kind switch
                {
                    LikeKind.Like => " LIKE ",
                    LikeKind.ILike => " ILIKE ",
                    LikeKind.RLike => " RLIKE ",
                    _ => " SIMILAR TO ",
                });
                Print(like.Pattern, Precedence.Range + 1);
                if (like.Escape is { } escape)
                {
                    _writer.Add(" ESCAPE ");
                    Print(escape, Precedence.Range + 1);
                }

                break;
            case MembershipExpression membership:
                Print(membership.Operand, Precedence.Range);
                _writer.AddIf(membership.IsNegated, " NOT").Add(membership.IsSubmultiset ? " SUBMULTISET OF " : " MEMBER OF ");
                Print(membership.Collection, Precedence.Range + 1);
                break;
            default:
                PrintPrimary(expression);
                break;
        }
    }

    private void PrintPrimary(Expression expression)
    {
        switch (expression)
        {
            case ColumnReference column:
                _writer.List(column.Parts, part => _writer.Name(part), ".");
                break;
            case FunctionCall call:
                Functions.Print(call);
                break;
            case MatchSemanticsExpression semantics:
                _writer.Add(semantics.IsFinal ? "FINAL " : "RUNNING ");
                Functions.PrintPlain(semantics.Call);
                break;
            case TrimExpression trim:
                Functions.PrintTrim(trim);
                break;
            case CastExpression cast:
                _writer.Add(cast.IsTry ? "TRY_CAST(" : "CAST(");
                Print(cast.Operand);
                _writer.Add(" AS ");
                Types.Print(cast.Type);
                if (cast.Format is { } format)
                {
                    _writer.Add(" FORMAT ").String(format.Value);
                }

                _writer.Add(")");
                break;
            case CaseExpression choice:
                PrintCase(choice);
                break;
            case ExistsExpression exists:
                _writer.Add("EXISTS ");
                _queries.PrintParenthesized(exists.Query);
                break;
            case SubqueryExpression subquery:
                _queries.PrintParenthesized(subquery.Query);
                break;
            case ElementAccess access:
                Print(access.Operand, Precedence.Primary);
                _writer.Add("[");
                Print(access.Index);
                _writer.Add("]");
                break;
            case FieldAccess access:
                PrintFieldOwner(access.Operand);
                _writer.Add(".").Name(access.Field);
                break;
            case ArrayConstructor array:
                _writer.Add("ARRAY[").List(array.Elements, Print).Add("]");
                break;
            case MultisetConstructor multiset:
                _writer.Add("MULTISET[").List(multiset.Elements, Print).Add("]");
                break;
            case CollectionQuery collection:
                _writer.Add(collection.Kind.ToString().ToUpperInvariant());
                _queries.PrintParenthesized(collection.Query);
                break;
            case MapConstructor map:
                _writer.Add("MAP[").List(map.Entries, PrintEntry).Add("]");
                break;
            case RowConstructor row:
                _writer.Add("ROW(").List(row.Elements, Print).Add(")");
                break;
            default:
                PrintLiteral(expression);
                break;
        }
    }

    /// <summary>Prints a right operand of a period predicate, in parentheses unless that shows from its first word.</summary>
    private void PrintPeriod(Expression operand)
    {
        bool isPlain = operand is RowConstructor or ColumnReference or SubqueryExpression;
        _writer.AddIf(!isPlain, "(");
        Print(operand);
        _writer.AddIf(!isPlain, ")");
    }

    /// <summary>Prints what a field is taken of; a name in parentheses, or the field would become part of it.</summary>
    private void PrintFieldOwner(Expression owner)
    {
        bool isWrapped = owner is ColumnReference or ExactNumericLiteral or ApproximateNumericLiteral;
        _writer.AddIf(isWrapped, "(");
        Print(owner, isWrapped ? Precedence.Lowest : Precedence.Primary);
        _writer.AddIf(isWrapped, ")");
    }

    private void PrintEntry(MapEntry entry)
    {
        Print(entry.Key);
        _writer.Add(", ");
        Print(entry.Value);
    }

    private void PrintCase(CaseExpression choice)
    {
        _writer.Add("CASE");
        if (choice.Operand is { } operand)
        {
            _writer.Add(" ");
            Print(operand);
        }

        foreach (WhenClause when in choice.Whens)
        {
            _writer.Add(" WHEN ");
            Print(when.Condition);
            _writer.Add(" THEN ");
            Print(when.Result);
        }

        if (choice.Else is { } otherwise)
        {
            _writer.Add(" ELSE ");
            Print(otherwise);
        }

        _writer.Add(" END");
    }

    private void PrintLiteral(Expression literal)
    {
        switch (literal)
        {
            case NullLiteral:
                _writer.Add("NULL");
                break;
            case BooleanLiteral boolean:
                _writer.Add(boolean.Value ? "TRUE" : "FALSE");
                break;
            case StringLiteral text:
                _writer.AddIf(text.CharacterSet is not null, $"_{text.CharacterSet}").String(text.Value);
                break;
            case BinaryLiteral binary:
                _writer.Add("X'").Add(Convert.ToHexString(binary.Value.AsSpan())).Add("'");
                break;
            case ExactNumericLiteral exact:
                PrintExact(exact);
                break;
            case ApproximateNumericLiteral approximate:
                string number = approximate.Value.ToString("R", CultureInfo.InvariantCulture);
                _writer.Add(number).AddIf(!number.Contains('E', StringComparison.Ordinal), "E0");
                break;
            case TemporalLiteral temporal:
                bool isLocal = temporal.Kind == TemporalKind.TimestampLtz;
                _writer.Add(isLocal ? "TIMESTAMP WITH LOCAL TIME ZONE" : temporal.Kind.ToString().ToUpperInvariant());
                _writer.Add(" ").String(temporal.Text);
                break;
            case IntervalLiteral interval:
                _writer.Add(interval.IsNegated ? "INTERVAL -" : "INTERVAL ").String(interval.Text).Add(" ");
                TypePrinter.PrintQualifier(_writer, interval.Qualifier);
                break;
            case IntervalExpression interval:
                bool isQuery = interval.Operand is SubqueryExpression;
                _writer.Add("INTERVAL ").AddIf(!isQuery, "(");
                Print(interval.Operand);
                _writer.AddIf(!isQuery, ")").Add(" ");
                TypePrinter.PrintQualifier(_writer, interval.Qualifier);
                break;
            case DynamicParameter:
                _writer.Add("?");
                break;
            default:
                Functions.PrintArgumentOnly(literal);
                break;
        }
    }

    private void PrintExact(ExactNumericLiteral exact)
    {
        string digits = exact.Unscaled.ToString(CultureInfo.InvariantCulture).PadLeft(exact.Precision, '0');
        int point = digits.Length - exact.Scale;
        _writer.Add(digits[..point]).AddIf(exact.Scale > 0, ".").Add(digits[point..]);
    }

    private static string Symbol(BinaryOperator binary) => binary switch
    {
        BinaryOperator.Add => " + ",
        BinaryOperator.Subtract => " - ",
        BinaryOperator.Multiply => " * ",
        BinaryOperator.Divide => " / ",
        BinaryOperator.Modulo => " % ",
        BinaryOperator.Concat => " || ",
        BinaryOperator.Equal => " = ",
        BinaryOperator.NotEqual => " <> ",
        BinaryOperator.LessThan => " < ",
        BinaryOperator.LessThanOrEqual => " <= ",
        BinaryOperator.GreaterThan => " > ",
        _ => " >= ",
    };

    private static string TestName(IsTest test) => test switch
    {
        IsTest.JsonValue => "JSON VALUE",
        IsTest.JsonObject => "JSON OBJECT",
        IsTest.JsonArray => "JSON ARRAY",
        IsTest.JsonScalar => "JSON SCALAR",
        IsTest.Set => "A SET",
        _ => test.ToString().ToUpperInvariant(),
    };
}
