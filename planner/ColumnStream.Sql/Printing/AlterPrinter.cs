using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints ALTER.</summary>
internal sealed class AlterPrinter(StatementPrinter statements)
{
    private readonly SqlWriter _writer = statements.Writer;
    private readonly CreateTablePrinter _tables = new(statements.Writer);

    public void Print(AlterStatement alter)
    {
        _writer.Add("ALTER ").AddIf(alter.IsTemporary, "TEMPORARY ").AddIf(alter.IsSystem, "SYSTEM ");
        _writer.Add(DefinitionPrinter.NameOf(alter.Kind)).Add(" ").AddIf(alter.IfExists, "IF EXISTS ").Name(alter.Name).Add(" ");
        PrintAction(alter.Action);
    }

    public void PrintAction(AlterAction action)
    {
        switch (action)
        {
            case RenameAction rename:
                _writer.Add("RENAME TO ").Name(rename.NewName);
                break;
            case RenameColumnAction rename:
                _writer.Add("RENAME ").Name(rename.Column).Add(" TO ").Name(rename.NewName);
                break;
            case SetOptionsAction set:
                _writer.Add("SET ");
                statements.Queries.Tables.PrintOptions(set.Options);
                break;
            case ResetOptionsAction reset:
                _writer.Add("RESET (").List(reset.Keys, key => _writer.String(key.Value)).Add(")");
                break;
            case SetCommentAction comment:
                _writer.Add("COMMENT ").String(comment.Comment);
                break;
            case ChangeElementsAction change:
                PrintElements(change);
                break;
            case AddPartitionsAction add:
                _writer.Add("ADD ").AddIf(add.IfNotExists, "IF NOT EXISTS ").List(add.Partitions, PrintPartition, " ");
                break;
            case DropPartitionsAction drop:
                _writer.Add("DROP ").AddIf(drop.IfExists, "IF EXISTS ").List(drop.Partitions, PrintPartition);
                break;
            case ChangeQueryAction query:
                _writer.Add("AS ");
                statements.Queries.Print(query.Query);
                break;
            default:
                PrintRest(action);
                break;
        }
    }

    public void PrintPlaced(PlacedColumn column)
    {
        _tables.PrintColumn(column.Column);
        _writer.AddIf(column.IsFirst, " FIRST");
        if (column.After is { } after)
        {
            _writer.Add(" AFTER ").Name(after);
        }
    }

    private void PrintRest(AlterAction action)
    {
        switch (action)
        {
            case DropColumnsAction drop:
                _writer.Add("DROP (").List(drop.Columns, column => _writer.Name(column)).Add(")");
                break;
            case DropConstraintAction { Name: { } name }:
                _writer.Add("DROP CONSTRAINT ").Name(name);
                break;
            case DropConstraintAction:
                _writer.Add("DROP PRIMARY KEY");
                break;
            case DropWatermarkAction:
                _writer.Add("DROP WATERMARK");
                break;
            case DropDistributionAction:
                _writer.Add("DROP DISTRIBUTION");
                break;
            case SuspendAction:
                _writer.Add("SUSPEND");
                break;
            case ResumeAction resume:
                _writer.Add("RESUME");
                statements.PrintOptions(resume.Options);
                break;
            case RefreshAction refresh:
                _writer.Add("REFRESH").AddIf(!refresh.Partition.IsEmpty, " ");
                if (!refresh.Partition.IsEmpty)
                {
                    statements.PrintPartition(refresh.Partition);
                }

                break;
            case SetFreshnessAction freshness:
                _writer.Add("SET FRESHNESS = ");
                statements.Queries.Expressions.Print(freshness.Freshness, Parsing.Precedence.Range + 1);
                break;
            case SetRefreshModeAction mode:
                _writer.Add("SET REFRESH_MODE = ").Add(mode.Mode.ToString().ToUpperInvariant());
                break;
            case ChangeFunctionAction function:
                _writer.Add("AS ").String(function.ClassName.Value);
                if (function.Language is { } language)
                {
                    _writer.Add(" LANGUAGE ").Name(language);
                }

                break;
        }
    }

    private void PrintElements(ChangeElementsAction change)
    {
        _writer.Add(change.IsModify ? "MODIFY " : "ADD ");
        if (change.Distribution is { } distribution)
        {
            _writer.Add("DISTRIBUTION");
            _tables.PrintDistributionBody(distribution);
            return;
        }

        _writer.Add("(").List(change.Columns, PrintPlaced);
        string separator = change.Columns.IsEmpty ? "" : ", ";
        foreach (PrimaryKeyDefinition key in change.PrimaryKeys)
        {
            _writer.Add(separator);
            _tables.PrintKey(key);
            separator = ", ";
        }

        foreach (WatermarkDefinition watermark in change.Watermarks)
        {
            _writer.Add(separator);
            _tables.PrintWatermark(watermark);
            separator = ", ";
        }

        _writer.Add(")");
    }

    private void PrintPartition(PartitionDefinition partition)
    {
        statements.PrintPartition(partition.Values);
        statements.PrintOptions(partition.Options);
    }
}
