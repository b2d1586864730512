using System.Linq;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints statements, without a semicolon behind.</summary>
internal sealed class StatementPrinter(SqlWriter writer)
{
    private readonly QueryPrinter _queries = new(writer);

    public void Print(Statement statement)
    {
        switch (statement)
        {
            case QueryStatement query:
                _queries.Print(query.Query);
                break;
            case InsertStatement insert:
                PrintInsert(insert);
                break;
            case StatementSet set:
                writer.Add("EXECUTE STATEMENT SET BEGIN ").List(set.Inserts, PrintInsert, "; ").Add("; END");
                break;
            case CreateTableStatement table:
                new CreateTablePrinter(writer).Print(table);
                break;
            case CreateViewStatement view:
                PrintView(view);
                break;
            case DropStatement drop:
                writer.Add("DROP ").AddIf(drop.IsTemporary, "TEMPORARY ");
                writer.Add(drop.Kind == DropKind.View ? "VIEW " : "TABLE ").AddIf(drop.IfExists, "IF EXISTS ");
                writer.Name(drop.Name);
                break;
            case ExplainStatement explain:
                writer.Add("EXPLAIN ").Add(string.Join(", ", explain.Details.Select(NameOf)));
                writer.AddIf(!explain.Details.IsEmpty, " ");
                Print(explain.Statement);
                break;
            default:
                PrintUtility(statement);
                break;
        }
    }

    private void PrintUtility(Statement statement)
    {
        switch (statement)
        {
            case SetStatement set:
                writer.Add("SET");
                if (set is { Key: { } key, Value: { } value })
                {
                    writer.Add(" ").String(key.Value).Add(" = ").String(value.Value);
                }

                break;
            case ResetStatement reset:
                writer.Add("RESET");
                if (reset.Key is { } option)
                {
                    writer.Add(" ").String(option.Value);
                }

                break;
            case ShowStatement show:
                PrintShow(show);
                break;
            case DescribeStatement describe:
                writer.Add("DESCRIBE ").AddIf(describe.IsExtended, "EXTENDED ").Name(describe.Name);
                break;
            case UseStatement use:
                writer.Add("USE ").AddIf(use.IsCatalog, "CATALOG ").Name(use.Name);
                break;
        }
    }

    private void PrintInsert(InsertStatement insert)
    {
        writer.Add(insert.IsOverwrite ? "INSERT OVERWRITE " : "INSERT INTO ").Name(insert.Table).Add(" ");
        if (!insert.Hints.IsEmpty)
        {
            _queries.Tables.PrintHints(insert.Hints);
            writer.Add(" ");
        }

        if (!insert.Partition.IsEmpty)
        {
            writer.Add("PARTITION (").List(insert.Partition, PrintPartition).Add(") ");
        }

        if (!insert.Columns.IsEmpty)
        {
            writer.Names(insert.Columns).Add(" ");
        }

        _queries.Print(insert.Query);
    }

    private void PrintPartition(PartitionValue partition)
    {
        writer.Name(partition.Column).Add(" = ");
        _queries.Expressions.Print(partition.Value, Parsing.Precedence.Range + 1);
    }

    private void PrintView(CreateViewStatement view)
    {
        writer.Add("CREATE ").AddIf(view.IsTemporary, "TEMPORARY ").Add("VIEW ");
        writer.AddIf(view.IfNotExists, "IF NOT EXISTS ").Name(view.Name);
        if (!view.Columns.IsEmpty)
        {
            writer.Add(" ").Names(view.Columns);
        }

        writer.Comment(view.Comment).Add(" AS ");
        _queries.Print(view.Query);
    }

    private void PrintShow(ShowStatement show)
    {
        writer.Add("SHOW ").Add(show.Kind switch
        {
            ShowKind.CurrentCatalog => "CURRENT CATALOG",
            ShowKind.CurrentDatabase => "CURRENT DATABASE",
            ShowKind.UserFunctions => "USER FUNCTIONS",
            ShowKind.FullModules => "FULL MODULES",
            ShowKind.CreateTable => "CREATE TABLE",
            ShowKind.CreateView => "CREATE VIEW",
            _ => show.Kind.ToString().ToUpperInvariant(),
        });
        if (show.Name is { } name)
        {
            bool isObject = show.Kind is ShowKind.CreateTable or ShowKind.CreateView or ShowKind.Partitions;
            writer.Add(isObject ? " " : " FROM ").Name(name);
        }

        if (show.Like is StringLiteral like)
        {
            writer.AddIf(show.IsLikeNegated, " NOT").Add(" LIKE ").String(like.Value);
        }
    }

    private static string NameOf(ExplainDetail detail) => detail switch
    {
        ExplainDetail.EstimatedCost => "ESTIMATED_COST",
        ExplainDetail.ChangelogMode => "CHANGELOG_MODE",
        ExplainDetail.JsonExecutionPlan => "JSON_EXECUTION_PLAN",
        _ => "PLAN_ADVICE",
    };
}
