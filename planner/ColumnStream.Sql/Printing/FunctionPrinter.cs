using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Parsing;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints calls, their windows, and the nodes that stand only among arguments.</summary>
internal sealed class FunctionPrinter(QueryPrinter queries, ExpressionPrinter expressions)
{
    private readonly SqlWriter _writer = queries.Writer;

    public void Print(FunctionCall call)
    {
        if (PrintSpecial(call))
        {
            return;
        }

        PrintPlain(call);
    }

    /// <summary>Prints a call with parentheses and commas, whatever its name.</summary>
    public void PrintPlain(FunctionCall call)
    {
        PrintName(call.Name);
        PrintRest(call);
    }

    /// <summary>Prints what stands behind the name of a call.</summary>
    public void PrintRest(FunctionCall call)
    {
        if (call.Json is not null || JsonPrinter.HasKeys(call))
        {
            new JsonPrinter(_writer, expressions).PrintArguments(call);
        }
        else
        {
            _writer.Add("(").AddIf(call.IsDistinct, "DISTINCT ").List(call.Arguments, expressions.PrintArgument).Add(")");
        }

        _writer.AddIf(call.NullTreatment == NullTreatment.Respect, " RESPECT NULLS");
        _writer.AddIf(call.NullTreatment == NullTreatment.Ignore, " IGNORE NULLS");
        if (!call.WithinGroup.IsEmpty)
        {
            _writer.Add(" WITHIN GROUP (");
            queries.PrintOrderBy(call.WithinGroup);
            _writer.Add(")");
        }

        if (call.Filter is { } filter)
        {
            _writer.Add(" FILTER (WHERE ");
            expressions.Print(filter);
            _writer.Add(")");
        }

        if (call.Over is { } over)
        {
            _writer.Add(" OVER ");
            PrintOver(over);
        }
    }

    public void PrintTrim(TrimExpression trim)
    {
        _writer.Add("TRIM(").Add(trim.Side.ToString().ToUpperInvariant()).Add(" ");
        if (trim.Characters is { } characters)
        {
            expressions.Print(characters);
            _writer.Add(" ");
        }

        _writer.Add("FROM ");
        expressions.Print(trim.Operand);
        _writer.Add(")");
    }

    /// <summary>Prints a node that stands only among arguments; false when it is an ordinary expression.</summary>
    public bool PrintArgumentOnly(Expression argument)
    {
        switch (argument)
        {
            case StarArgument:
                _writer.Add("*");
                return true;
            case NamedArgument named:
                _writer.Name(named.Name).Add(" => ");
                expressions.PrintArgument(named.Value);
                return true;
            case TimeUnitArgument unit:
                _writer.Add(TimeUnits.NameOf(unit.Unit));
                return true;
            case DescriptorArgument descriptor:
                _writer.Add("DESCRIPTOR").Names(descriptor.Columns);
                return true;
            case TableArgument table:
                PrintTable(table);
                return true;
            case CharacterSetArgument set:
                _writer.Name(set.Name);
                return true;
            case ModelArgument model:
                _writer.Add("MODEL ").Name(model.Name);
                return true;
            case DefaultArgument:
                _writer.Add("DEFAULT");
                return true;
            case JsonFormatArgument json:
                expressions.Print(json.Value);
                _writer.Add(" FORMAT JSON");
                if (json.Encoding is { } encoding)
                {
                    _writer.Add(" ENCODING ").Name(encoding);
                }

                return true;
            default:
                return false;
        }
    }

    public void PrintWindow(WindowSpecification window)
    {
        _writer.Add("(");
        string separator = "";
        if (window.Reference is { } reference)
        {
            _writer.Name(reference);
            separator = " ";
        }

        if (!window.PartitionBy.IsEmpty)
        {
            _writer.Add(separator).Add("PARTITION BY ").List(window.PartitionBy, expressions.Print);
            separator = " ";
        }

        if (!window.OrderBy.IsEmpty)
        {
            _writer.Add(separator);
            queries.PrintOrderBy(window.OrderBy);
            separator = " ";
        }

        if (window.Frame is { } frame)
        {
            _writer.Add(separator).Add(frame.Unit == FrameUnit.Rows ? "ROWS " : "RANGE ");
            PrintFrame(frame);
            _writer.Add(frame.Exclusion switch
            {
                FrameExclusion.CurrentRow => " EXCLUDE CURRENT ROW",
                FrameExclusion.Group => " EXCLUDE GROUP",
                FrameExclusion.Ties => " EXCLUDE TIES",
                _ => "",
            });
        }

        _writer.Add(")");
    }

    /// <summary>Prints functions that are written with keywords between their arguments, or without parentheses.</summary>
    private bool PrintSpecial(FunctionCall call)
    {
        if (call.Name.Parts.Count != 1)
        {
            return false;
        }

        EquatableArray<Expression> arguments = call.Arguments;
        switch (call.Name.Last.Value)
        {
            case var niladic when Keywords.IsNiladic(niladic) && arguments.IsEmpty && call == new FunctionCall(call.Name, []):
                _writer.Add(niladic);
                return true;
            case "EXTRACT" when arguments is [TimeUnitArgument, _]:
                PrintSeparated("EXTRACT", arguments, " FROM ", Precedence.Lowest);
                return true;
            case "FLOOR" or "CEIL" or "CEILING" when arguments is [_, TimeUnitArgument]:
                // An interval that ends the operand would take TO for its own range.
                int minimum = Precedence.Primary + (arguments[0] is IntervalLiteral or IntervalExpression ? 1 : 0);
                PrintSeparated(call.Name.Last.Value, arguments, " TO ", minimum);
                return true;
            case "CONVERT" or "TRANSLATE" when arguments is [_, CharacterSetArgument]:
                PrintSeparated(call.Name.Last.Value, arguments, " USING ", Precedence.Lowest);
                return true;
            case "POSITION" when arguments.Count == 2:
                PrintSeparated("POSITION", arguments, " IN ", Precedence.Range + 1);
                return true;
            case "POSITION" when arguments.Count == 3:
                _writer.Add("POSITION(");
                expressions.Print(arguments[0], Precedence.Range + 1);
                _writer.Add(" IN ");
                expressions.Print(arguments[1]);
                _writer.Add(" FROM ");
                expressions.Print(arguments[2]);
                _writer.Add(")");
                return true;
            default:
                return false;
        }
    }

    private void PrintSeparated(string name, EquatableArray<Expression> arguments, string separator, int minimum)
    {
        _writer.Add(name).Add("(");
        PrintOperand(arguments[0], minimum);
        _writer.Add(separator);
        PrintOperand(arguments[1], Precedence.Lowest);
        _writer.Add(")");
    }

    private void PrintOperand(Expression argument, int minimum)
    {
        if (!PrintArgumentOnly(argument))
        {
            expressions.Print(argument, minimum);
        }
    }

    /// <summary>Prints a function's name; a special function is bare only in the spelling the parser gives it.</summary>
    private void PrintName(QualifiedName name)
    {
        string last = name.Last.Value;
        string capitals = last.ToUpperInvariant();
        bool isOne = name.Parts.Count == 1;
        bool isBare = isOne && (Keywords.IsReserved(capitals)
            ? Keywords.IsReservedFunction(capitals) && capitals != "ROW"
                || Keywords.IsNiladic(capitals)
                || (Keywords.IsSpecialFunction(capitals) && last == capitals)
            : Keywords.IsReservedByDialect(capitals) && (!Keywords.IsSpecialFunction(capitals) || last == capitals));
        if (isBare)
        {
            _writer.Add(last);
        }
        else if (isOne && (capitals == "DESCRIPTOR" || (Keywords.IsSpecialFunction(capitals) && last != capitals)))
        {
            // Bare, DESCRIPTOR at the head of an argument would be the list of columns.
            _writer.Quoted(last);
        }
        else
        {
            _writer.Name(name);
        }
    }

    private void PrintTable(TableArgument table)
    {
        _writer.Add("TABLE ");
        if (table.Table is DerivedTable derived)
        {
            queries.PrintParenthesized(derived.Query);
        }
        else
        {
            queries.Tables.Print(table.Table);
        }

        if (!table.PartitionBy.IsEmpty)
        {
            _writer.Add(" PARTITION BY (").List(table.PartitionBy, expressions.Print).Add(")");
        }

        if (!table.OrderBy.IsEmpty)
        {
            _writer.Add(" ORDER BY (").List(table.OrderBy, queries.PrintOrderItem).Add(")");
        }
    }

    private void PrintOver(WindowSpecification over)
    {
        bool isName = over is { Reference: not null, PartitionBy.IsEmpty: true, OrderBy.IsEmpty: true, Frame: null };
        if (isName)
        {
            _writer.Name(over.Reference!);
        }
        else
        {
            PrintWindow(over);
        }
    }

    private void PrintFrame(WindowFrame frame)
    {
        _writer.AddIf(frame.End is not null, "BETWEEN ");
        PrintBound(frame.Start);
        if (frame.End is { } end)
        {
            _writer.Add(" AND ");
            PrintBound(end);
        }
    }

    private void PrintBound(FrameBound bound)
    {
        if (bound.Offset is { } offset)
        {
            // A column of this name would be the keyword.
            bool isWrapped = offset is ColumnReference { Parts: [var only] }
                && only.Value.Equals("UNBOUNDED", System.StringComparison.OrdinalIgnoreCase);
            _writer.AddIf(isWrapped, "(");
            expressions.Print(offset, Precedence.Range + 1);
            _writer.AddIf(isWrapped, ")").Add(" ");
        }

        _writer.Add(bound.Kind switch
        {
            FrameBoundKind.UnboundedPreceding => "UNBOUNDED PRECEDING",
            FrameBoundKind.Preceding => "PRECEDING",
            FrameBoundKind.CurrentRow => "CURRENT ROW",
            FrameBoundKind.Following => "FOLLOWING",
            _ => "UNBOUNDED FOLLOWING",
        });
    }
}
