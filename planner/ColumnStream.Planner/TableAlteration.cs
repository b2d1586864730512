using System.Collections.Generic;
using System.Linq;
using ColumnStream.Planner.Binding;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner;

/// <summary>Applies one action of ALTER TABLE to the definition of a table.</summary>
internal sealed class TableAlteration(DiagnosticBag diagnostics, CreateTableStatement table)
{
    private bool _isWrong;

    /// <summary>Gives the changed definition; null after a report.</summary>
    public CreateTableStatement? Apply(AlterAction action)
    {
        CreateTableStatement? changed = action switch
        {
            SetOptionsAction set => table with { Options = Set(set.Options) },
            ResetOptionsAction reset => table with
            {
                Options = [.. table.Options.Where(option => !reset.Keys.Any(key => key.Value == option.Key.Value))],
            },
            ChangeElementsAction { Distribution: { } distribution } => table with { Distribution = distribution },
            ChangeElementsAction change => Change(change),
            DropColumnsAction drop => DropColumns(drop),
            RenameColumnAction rename => RenameColumn(rename),
            DropConstraintAction drop => DropConstraint(drop),
            DropWatermarkAction => table.Watermarks.IsEmpty
                ? Missing(action.Span, "a watermark")
                : table with { Watermarks = [] },
            DropDistributionAction => table.Distribution is null
                ? Missing(action.Span, "a distribution")
                : table with { Distribution = null },
            _ => NotSupported(action),
        };
        return _isWrong ? null : changed;
    }

    private CreateTableStatement? NotSupported(AlterAction action)
    {
        diagnostics.Report(PlannerErrors.NotSupported, action.Span, null, $"ALTER TABLE {StatementNames.Of(action)}");
        return null;
    }

    private CreateTableStatement? Missing(SourceSpan span, string what)
    {
        diagnostics.Report(PlannerErrors.Clause, span, null, "ALTER TABLE", $"the table has not {what}");
        return null;
    }

    private EquatableArray<TableOption> Set(EquatableArray<TableOption> options) =>
    [
        .. table.Options.Where(option => !options.Any(other => other.Key.Value == option.Key.Value)), .. options,
    ];

    private CreateTableStatement Change(ChangeElementsAction change)
    {
        List<ColumnDefinition> columns = [.. table.Columns];
        foreach (PlacedColumn placed in change.Columns)
        {
            Place(columns, placed, change.IsModify);
        }

        if (!change.PrimaryKeys.IsEmpty && change.IsModify == table.PrimaryKeys.IsEmpty)
        {
            Wrong(change.PrimaryKeys[0].Span, $"the table has {(change.IsModify ? "no" : "a")} primary key");
        }

        if (!change.Watermarks.IsEmpty && change.IsModify == table.Watermarks.IsEmpty)
        {
            Wrong(change.Watermarks[0].Span, $"the table has {(change.IsModify ? "no" : "a")} watermark");
        }

        return table with
        {
            Columns = [.. columns],
            PrimaryKeys = change.PrimaryKeys.IsEmpty ? table.PrimaryKeys : change.PrimaryKeys,
            Watermarks = change.Watermarks.IsEmpty ? table.Watermarks : change.Watermarks,
        };
    }

    private void Place(List<ColumnDefinition> columns, PlacedColumn placed, bool isModify)
    {
        ColumnDefinition column = placed.Column;
        int index = Find(columns, column.Name.Value);
        if (isModify && index < 0)
        {
            ReportMissing(column.Name);
            return;
        }

        if (!isModify && index >= 0)
        {
            _isWrong = true;
            diagnostics.Report(PlannerErrors.ColumnDuplicate, column.Name.Span, null, column.Name.Value);
            return;
        }

        if (index >= 0)
        {
            columns.RemoveAt(index);
        }

        if (placed.After is { } after)
        {
            index = Find(columns, after.Last.Value) + 1;
            if (index == 0)
            {
                ReportMissing(after.Last);
                return;
            }
        }

        columns.Insert(placed.IsFirst ? 0 : index >= 0 ? index : columns.Count, column);
    }

    private CreateTableStatement? DropColumns(DropColumnsAction drop)
    {
        List<ColumnDefinition> columns = [.. table.Columns];
        foreach (QualifiedName name in drop.Columns)
        {
            if (name.Parts.Count > 1)
            {
                _isWrong = true;
                diagnostics.Report(PlannerErrors.NotSupported, name.Span, null, "ALTER TABLE DROP of a field inside a column");
                continue;
            }

            int index = Find(columns, name.Last.Value);
            if (index < 0)
            {
                ReportMissing(name.Last);
                continue;
            }

            columns.RemoveAt(index);
        }

        return table with { Columns = [.. columns] };
    }

    private CreateTableStatement? RenameColumn(RenameColumnAction rename)
    {
        int index = Find(table.Columns, rename.Column.Last.Value);
        if (index < 0 || rename.Column.Parts.Count > 1)
        {
            ReportMissing(rename.Column.Last);
            return null;
        }

        if (Find(table.Columns, rename.NewName.Last.Value) >= 0)
        {
            diagnostics.Report(PlannerErrors.ColumnDuplicate, rename.NewName.Span, null, rename.NewName.ToDisplayString());
            return null;
        }

        Identifier New(Identifier name) => name.Value == rename.Column.Last.Value ? rename.NewName.Last : name;
        return table with
        {
            Columns = [.. table.Columns.Select(column => column with { Name = New(column.Name) })],
            PrimaryKeys = [.. table.PrimaryKeys.Select(key => key with { Columns = [.. key.Columns.Select(New)] })],
            PartitionedBy = [.. table.PartitionedBy.Select(New)],
        };
    }

    private CreateTableStatement? DropConstraint(DropConstraintAction drop)
    {
        bool isThere = !table.PrimaryKeys.IsEmpty
            && (drop.Name is null || table.PrimaryKeys.Any(key => key.Name?.Value == drop.Name.Value));
        return isThere
            ? table with { PrimaryKeys = [] }
            : Missing(drop.Span, drop.Name is null ? "a primary key" : $"a constraint '{drop.Name.Value}'");
    }

    private static int Find(IReadOnlyList<ColumnDefinition> columns, string name)
    {
        for (int index = 0; index < columns.Count; index++)
        {
            if (columns[index].Name.Value == name)
            {
                return index;
            }
        }

        return -1;
    }

    private void ReportMissing(Identifier name)
    {
        _isWrong = true;
        string? near = NameSuggester.Suggest(name.Value, table.Columns.Select(column => column.Name.Value));
        diagnostics.Report(PlannerErrors.ColumnNotFound, name.Span, NameResolver.DidYouMean(near), name.Value);
    }

    private void Wrong(SourceSpan span, string what)
    {
        _isWrong = true;
        diagnostics.Report(PlannerErrors.Clause, span, null, "ALTER TABLE", what);
    }
}
