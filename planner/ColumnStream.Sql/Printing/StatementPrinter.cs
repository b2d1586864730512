using System.Linq;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints statements, without a semicolon behind; those over rows are printed here.</summary>
internal sealed class StatementPrinter(SqlWriter writer)
{
    private readonly QueryPrinter _queries = new(writer);

    public QueryPrinter Queries => _queries;

    public SqlWriter Writer => writer;

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
                writer.Add("EXECUTE STATEMENT SET BEGIN ").List(set.Inserts, PrintInsert, "; ");
                writer.Add(set.Inserts.IsEmpty ? "END" : "; END");
                break;
            case DeleteStatement delete:
                writer.Add("DELETE FROM ").Name(delete.Table);
                PrintAlias(delete.Alias);
                PrintWhere(delete.Where);
                break;
            case UpdateStatement update:
                writer.Add("UPDATE ").Name(update.Table);
                PrintAlias(update.Alias);
                writer.Add(" SET ").List(update.Assignments, PrintAssignment);
                PrintWhere(update.Where);
                break;
            case ExplainStatement explain:
                writer.Add("EXPLAIN ").Add(string.Join(", ", explain.Details.Select(NameOf)));
                writer.AddIf(!explain.Details.IsEmpty, " ");
                Print(explain.Statement);
                break;
            case ExplainUpgradeStatement upgrade:
                writer.Add("EXPLAIN UPGRADE ").String(upgrade.From.Value).Add(" TO ").String(upgrade.To.Value);
                break;
            case ExplainJobStatement job:
                writer.Add("EXPLAIN ANALYZE JOB ").String(job.JobId.Value);
                break;
            case CompilePlanStatement compile:
                writer.Add(compile.IsExecuted ? "COMPILE AND EXECUTE PLAN " : "COMPILE PLAN ").String(compile.Path.Value);
                writer.AddIf(compile.IfNotExists, " IF NOT EXISTS").Add(" FOR ");
                PrintCompiled(compile.Statement);
                break;
            case CreateTableStatement table:
                new CreateTablePrinter(writer).Print(table);
                break;
            case AlterStatement alter:
                new AlterPrinter(this).Print(alter);
                break;
            default:
                if (!new DefinitionPrinter(this).TryPrint(statement))
                {
                    new UtilityPrinter(this).Print(statement);
                }

                break;
        }
    }

    /// <summary>Prints <c>(a = 1, b)</c>.</summary>
    public void PrintPartition(EquatableArray<PartitionValue> partition) =>
        writer.Add("PARTITION (").List(partition, PrintPartitionValue).Add(")");

    public void PrintOptions(EquatableArray<TableOption> options)
    {
        if (!options.IsEmpty)
        {
            writer.Add(" WITH ");
            _queries.Tables.PrintOptions(options);
        }
    }

    private void PrintCompiled(Statement statement)
    {
        if (statement is StatementSet set)
        {
            writer.Add("STATEMENT SET BEGIN ").List(set.Inserts, PrintInsert, "; ");
            writer.Add(set.Inserts.IsEmpty ? "END" : "; END");
        }
        else
        {
            Print(statement);
        }
    }

    private void PrintInsert(InsertStatement insert)
    {
        writer.Add(insert.IsUpsert ? "UPSERT " : "INSERT ").Add(insert.IsOverwrite ? "OVERWRITE " : "INTO ");
        writer.Name(insert.Table).Add(" ");
        if (!insert.Hints.IsEmpty)
        {
            _queries.Tables.PrintHints(insert.Hints);
            writer.Add(" ");
        }

        if (!insert.Partition.IsEmpty)
        {
            PrintPartition(insert.Partition);
            writer.Add(" ");
        }

        if (!insert.Columns.IsEmpty)
        {
            writer.Names(insert.Columns).Add(" ");
        }

        _queries.Print(insert.Query);
    }

    private void PrintPartitionValue(PartitionValue partition)
    {
        writer.Name(partition.Column);
        if (partition.Value is { } value)
        {
            writer.Add(" = ");
            _queries.Expressions.Print(value, Parsing.Precedence.Range + 1);
        }
    }

    private void PrintAlias(Identifier? alias)
    {
        if (alias is not null)
        {
            writer.Add(" AS ").Name(alias);
        }
    }

    private void PrintAssignment(Assignment assignment)
    {
        writer.Name(assignment.Column).Add(" = ");
        _queries.Expressions.Print(assignment.Value);
    }

    private void PrintWhere(Ast.Expressions.Expression? where)
    {
        if (where is not null)
        {
            writer.Add(" WHERE ");
            _queries.Expressions.Print(where);
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
