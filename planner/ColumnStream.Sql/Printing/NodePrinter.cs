using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Ast.Statements;
using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Sql.Printing;

/// <summary>Chooses the printer of a node, for nodes of every kind.</summary>
internal static class NodePrinter
{
    public static void Print(SqlWriter writer, SqlNode node)
    {
        QueryPrinter queries = new(writer);
        ExpressionPrinter expressions = queries.Expressions;
        switch (node)
        {
            case Statement statement:
                new StatementPrinter(writer).Print(statement);
                break;
            case Expression expression:
                expressions.PrintArgument(expression);
                break;
            case TypeSyntax type:
                expressions.Types.Print(type);
                break;
            case QueryBody body:
                queries.PrintBody(body);
                break;
            case TableReference table:
                queries.Tables.Print(table);
                break;
            case Identifier identifier:
                writer.Name(identifier);
                break;
            case QualifiedName name:
                writer.Name(name);
                break;
            case ColumnDefinition column:
                new CreateTablePrinter(writer).PrintColumn(column);
                break;
            default:
                PrintPart(queries, expressions, node);
                break;
        }
    }

    private static void PrintPart(QueryPrinter queries, ExpressionPrinter expressions, SqlNode node)
    {
        switch (node)
        {
            case Query query:
                queries.Print(query);
                break;
            case SelectItem item:
                queries.PrintItem(item);
                break;
            case GroupingElement element:
                queries.PrintElement(element);
                break;
            case OrderItem item:
                queries.PrintOrderItem(item);
                break;
            case WindowSpecification window:
                expressions.Functions.PrintWindow(window);
                break;
            case TableOption option:
                queries.Tables.PrintOption(option);
                break;
            case IntervalQualifier qualifier:
                TypePrinter.PrintQualifier(queries.Writer, qualifier);
                break;
            case RowPattern pattern:
                new TableSuffixPrinter(queries).PrintPattern(pattern);
                break;
            case AfterMatchSkip skip:
                new TableSuffixPrinter(queries).PrintSkip(skip);
                break;
            case AlterAction action:
                new AlterPrinter(new StatementPrinter(queries.Writer)).PrintAction(action);
                break;
            case PlacedColumn column:
                new AlterPrinter(new StatementPrinter(queries.Writer)).PrintPlaced(column);
                break;
            case PrimaryKeyDefinition key:
                new CreateTablePrinter(queries.Writer).PrintKey(key);
                break;
            case WatermarkDefinition watermark:
                new CreateTablePrinter(queries.Writer).PrintWatermark(watermark);
                break;
            default:
                queries.Writer.Add(node.GetType().Name);
                break;
        }
    }
}
