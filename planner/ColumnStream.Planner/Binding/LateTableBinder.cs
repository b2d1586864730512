using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;

namespace ColumnStream.Planner.Binding;

/// <summary>Finds the table that takes late rows, which an option names.</summary>
internal sealed class LateTableBinder(BindingContext context)
{
    /// <summary>Returns the table; null when none is named or after a report at <paramref name="span"/>.</summary>
    public TableSpec? Bind(SourceSpan span)
    {
        if (context.Settings.IsBatch || context.Settings.Text(OptionTable.LateRowsTable) is not { Length: > 0 } text)
        {
            return null;
        }

        var name = new QualifiedName([.. text.Split('.').Select(part => new Identifier(part.Trim('`')) { Span = span })])
        {
            Span = span,
        };
        var tables = new TableBinder(context, null);
        if (tables.Find(name) is not CatalogTable table)
        {
            context.Diagnostics.FollowError();
            return null;
        }

        TableSpec spec = table.ToSpec(table.Options);
        bool fits = spec.Columns.Select(c => (c.Name, c.Type.WithNullable(true)))
            .SequenceEqual(LateRowsLowering.Columns.Select(c => (c.Name, c.Type)));
        Connector? connector = context.Connectors.Find(spec.Connector);
        if (!fits)
        {
            string columns = string.Join(", ", LateRowsLowering.Columns.Select(c => $"{c.Name} {c.Type}"));
            context.Diagnostics.Report(
                PlannerErrors.OptionValue, span, null, OptionTable.LateRowsTable, text,
                $"it is no table with the columns ({columns})");
        }
        else if (connector is { CanWrite: false })
        {
            context.Diagnostics.Report(PlannerErrors.CannotWrite, span, null, spec.Connector, text);
        }
        else if (connector is not null && tables.Validate(connector, spec, forRead: false, span))
        {
            return spec;
        }

        return null;
    }
}
