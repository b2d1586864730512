using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints queries.</summary>
internal sealed class QueryPrinter
{
    public QueryPrinter(SqlWriter writer)
    {
        Writer = writer;
        Expressions = new ExpressionPrinter(this);
        Tables = new TableReferencePrinter(this);
    }

    public SqlWriter Writer { get; }

    public ExpressionPrinter Expressions { get; }

    public TableReferencePrinter Tables { get; }

    public void PrintParenthesized(Query query)
    {
        Writer.Add("(");
        Print(query);
        Writer.Add(")");
    }

    public void Print(Query query)
    {
        if (!query.With.IsEmpty)
        {
            Writer.Add("WITH ").AddIf(query.IsRecursive, "RECURSIVE ").List(query.With, PrintCommonTable).Add(" ");
        }

        PrintBody(query.Body);
        if (!query.OrderBy.IsEmpty)
        {
            Writer.Add(" ");
            PrintOrderBy(query.OrderBy);
        }

        if (query.Limit is { } limit)
        {
            Writer.Add(" LIMIT ");
            Expressions.Print(limit);
        }

        if (query.Offset is { } offset)
        {
            Writer.Add(" OFFSET ");
            Expressions.Print(offset);
        }
    }

    public void PrintBody(QueryBody body)
    {
        switch (body)
        {
            case SelectBody select:
                PrintSelect(select);
                break;
            case SetOperation set:
                PrintOperand(set.Left, LevelOf(set));
                Writer.Add(set.Operator switch
                {
                    SetOperator.Union => " UNION ",
                    SetOperator.Intersect => " INTERSECT ",
                    _ => " EXCEPT ",
                });
                Writer.AddIf(set.IsAll, "ALL ");
                PrintOperand(set.Right, LevelOf(set) + 1);
                break;
            case ValuesBody values:
                Writer.Add("VALUES ").List(values.Rows, PrintRow);
                break;
            case TableBody table:
                Writer.Add("TABLE ").Name(table.Name);
                break;
            case NestedQuery nested:
                PrintParenthesized(nested.Query);
                break;
        }
    }

    public void PrintOrderBy(EquatableArray<OrderItem> items) => Writer.Add("ORDER BY ").List(items, PrintOrderItem);

    public void PrintOrderItem(OrderItem item)
    {
        Expressions.Print(item.Expression);
        Writer.AddIf(item.IsDescending, " DESC");
        Writer.AddIf(item.Nulls == NullOrder.First, " NULLS FIRST").AddIf(item.Nulls == NullOrder.Last, " NULLS LAST");
    }

    public void PrintItem(SelectItem item)
    {
        switch (item)
        {
            case StarItem star:
                if (star.Qualifier is { } qualifier)
                {
                    Writer.Name(qualifier).Add(".");
                }

                Writer.Add("*");
                break;
            case ExpressionItem expression:
                Expressions.Print(expression.Expression);
                if (expression.Alias is { } alias)
                {
                    Writer.Add(" AS ").Name(alias);
                }

                break;
        }
    }

    public void PrintElement(GroupingElement element)
    {
        switch (element)
        {
            case GroupingSet { Expressions: [var single] } when single is not RowConstructor:
                Expressions.Print(single);
                break;
            case GroupingSet set:
                Writer.AddIf(set.Expressions.Count != 1, "(").List(set.Expressions, Expressions.Print);
                Writer.AddIf(set.Expressions.Count != 1, ")");
                break;
            case RollupGrouping rollup:
                Writer.Add("ROLLUP (").List(rollup.Sets, PrintElement).Add(")");
                break;
            case CubeGrouping cube:
                Writer.Add("CUBE (").List(cube.Sets, PrintElement).Add(")");
                break;
            case GroupingSetsGrouping sets:
                Writer.Add("GROUPING SETS (").List(sets.Elements, PrintElement).Add(")");
                break;
        }
    }

    private static int LevelOf(QueryBody body) => body switch
    {
        SetOperation { Operator: SetOperator.Intersect } => 2,
        SetOperation => 1,
        _ => 4,
    };

    private void PrintOperand(QueryBody body, int minimum)
    {
        bool isWrapped = LevelOf(body) < minimum;
        Writer.AddIf(isWrapped, "(");
        PrintBody(body);
        Writer.AddIf(isWrapped, ")");
    }

    private void PrintCommonTable(CommonTable table)
    {
        Writer.Name(table.Name);
        if (!table.Columns.IsEmpty)
        {
            Writer.Add(" ").Names(table.Columns);
        }

        Writer.Add(" AS ");
        PrintParenthesized(table.Query);
    }

    private void PrintRow(RowConstructor row)
    {
        // A single row inside parentheses would be read as the row itself.
        bool isNested = row.Elements is [RowConstructor];
        Writer.Add(isNested ? "ROW(" : "(").List(row.Elements, Expressions.Print).Add(")");
    }

    private void PrintSelect(SelectBody select)
    {
        Writer.Add("SELECT ");
        if (!select.Hints.IsEmpty)
        {
            Tables.PrintHints(select.Hints);
            Writer.Add(" ");
        }

        Writer.AddIf(select.IsDistinct, "DISTINCT ").List(select.Items, PrintItem);
        if (select.From is { } from)
        {
            Writer.Add(" FROM ");
            Tables.Print(from);
        }

        PrintClause(" WHERE ", select.Where);
        if (select.GroupBy is { } group)
        {
            Writer.Add(group.IsDistinct ? " GROUP BY DISTINCT " : " GROUP BY ").List(group.Elements, PrintElement);
        }

        PrintClause(" HAVING ", select.Having);
        if (!select.Windows.IsEmpty)
        {
            Writer.Add(" WINDOW ").List(select.Windows, PrintNamedWindow);
        }

        PrintClause(" QUALIFY ", select.Qualify);
    }

    private void PrintClause(string keyword, Expression? expression)
    {
        if (expression is not null)
        {
            Writer.Add(keyword);
            Expressions.Print(expression);
        }
    }

    private void PrintNamedWindow(NamedWindow window)
    {
        Writer.Name(window.Name).Add(" AS ");
        Expressions.Functions.PrintWindow(window.Window);
    }
}
