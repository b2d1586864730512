using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Statements;
using ColumnStream.Sql.Parsing;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints the statements about the session, and listings.</summary>
internal sealed class UtilityPrinter(StatementPrinter statements)
{
    private readonly SqlWriter _writer = statements.Writer;

    public void Print(Statement statement)
    {
        switch (statement)
        {
            case SetStatement set:
                _writer.Add("SET");
                if (set is { Key: { } key, Value: { } value })
                {
                    _writer.Add(" ").String(key.Value).Add(" = ").String(value.Value);
                }

                break;
            case ResetStatement reset:
                _writer.Add("RESET");
                if (reset.Key is { } option)
                {
                    _writer.Add(" ").String(option.Value);
                }

                break;
            case ShowStatement show:
                PrintShow(show);
                break;
            case DescribeStatement describe:
                _writer.Add("DESCRIBE ");
                _writer.AddIf(describe.Kind != ObjectKind.Table, DefinitionPrinter.NameOf(describe.Kind) + " ");
                _writer.AddIf(describe.IsExtended, "EXTENDED ").Name(describe.Name);
                break;
            case DescribeJobStatement job:
                _writer.Add("DESCRIBE JOB ").String(job.JobId.Value);
                break;
            case ShowIntegrityStatement integrity:
                _writer.Add("SHOW INTEGRITY FOR JOB ").String(integrity.JobId.Value);
                break;
            case UseStatement use:
                _writer.Add("USE ").AddIf(use.IsCatalog, "CATALOG ").Name(use.Name);
                break;
            case UseModulesStatement use:
                _writer.Add("USE MODULES ").List(use.Names, name => _writer.Name(name));
                break;
            default:
                PrintRest(statement);
                break;
        }
    }

    private void PrintRest(Statement statement)
    {
        switch (statement)
        {
            case LoadModuleStatement load:
                _writer.Add("LOAD MODULE ").Name(load.Name);
                statements.PrintOptions(load.Options);
                break;
            case UnloadModuleStatement unload:
                _writer.Add("UNLOAD MODULE ").Name(unload.Name);
                break;
            case JarStatement jar:
                _writer.Add(jar.IsRemoved ? "REMOVE JAR " : "ADD JAR ").String(jar.Path.Value);
                break;
            case AnalyzeTableStatement analyze:
                PrintAnalyze(analyze);
                break;
            case TruncateStatement truncate:
                _writer.Add("TRUNCATE TABLE ").Name(truncate.Table);
                break;
            case CallStatement call:
                _writer.Add("CALL ").Name(call.Call.Name);
                statements.Queries.Expressions.Functions.PrintRest(call.Call);
                break;
            case StopJobStatement stop:
                _writer.Add("STOP JOB ").String(stop.JobId.Value);
                _writer.AddIf(stop.WithSavepoint, " WITH SAVEPOINT").AddIf(stop.WithDrain, " WITH DRAIN");
                break;
            case ExecutePlanStatement plan:
                _writer.Add("EXECUTE PLAN ").String(plan.Path.Value);
                break;
        }
    }

    private void PrintAnalyze(AnalyzeTableStatement analyze)
    {
        _writer.Add("ANALYZE TABLE ").Name(analyze.Table).Add(" ");
        if (!analyze.Partition.IsEmpty)
        {
            statements.PrintPartition(analyze.Partition);
            _writer.Add(" ");
        }

        _writer.Add("COMPUTE STATISTICS").AddIf(analyze.IsAllColumns, " FOR ALL COLUMNS");
        if (!analyze.Columns.IsEmpty)
        {
            _writer.Add(" FOR COLUMNS ").List(analyze.Columns, column => _writer.Name(column));
        }
    }

    private void PrintShow(ShowStatement show)
    {
        _writer.Add("SHOW ").Add(ListingParser.NameOf(show.Kind));
        if (show.Name is { } name)
        {
            _writer.Add(ListingParser.IsObject(show.Kind) ? " " : " FROM ").Name(name);
        }

        if (!show.Partition.IsEmpty)
        {
            _writer.Add(" ");
            statements.PrintPartition(show.Partition);
        }

        if (show.Like is StringLiteral like)
        {
            _writer.AddIf(show.IsLikeNegated, " NOT").Add(show.IsCaseIgnored ? " ILIKE " : " LIKE ").String(like.Value);
        }
    }
}
