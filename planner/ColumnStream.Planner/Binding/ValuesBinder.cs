using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Decorrelation;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Planner.Rules;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds VALUES: rows of constants, each column cast to the common type of its cells.</summary>
internal sealed class ValuesBinder(DiagnosticBag diagnostics, QueryScope? scope = null)
{
    public Relation Bind(ValuesBody body)
    {
        var nothing = new Relation(new ValuesPlan(default, default), []) { Scope = scope };
        var binder = new ExpressionBinder(diagnostics, nothing, "VALUES");
        List<BoundExpression[]> rows = [];
        foreach (RowConstructor row in body.Rows)
        {
            if (rows.Count > 0 && row.Elements.Count != rows[0].Length)
            {
                diagnostics.Report(
                    PlannerErrors.ColumnCount, row.Span, null, $"Row {rows.Count + 1} of VALUES",
                    row.Elements.Count, rows[0].Length);
                return Relation.Broken;
            }

            rows.Add([.. row.Elements.Select((cell, i) => Fill(binder.Bind(cell), i))]);
        }

        if (rows.Any(row => row.Any(cell => TypeBinder.IsError(cell.Type))))
        {
            return Relation.Broken;
        }

        List<ScopeColumn> columns = [];
        for (int column = 0; column < rows[0].Length; column++)
        {
            SqlType[] types = [.. rows.Select(row => row[column].Type)];
            if (TypeCoercion.CommonType(types) is not { } common)
            {
                diagnostics.Report(
                    PlannerErrors.NoCommonType, body.Rows[0].Elements[column].Span, "Add a CAST.",
                    $"Column {column + 1} of VALUES",
                    string.Join(", ", types.Select(t => t.WithNullable(true)).Distinct()));
                return Relation.Broken;
            }

            SqlType type = common.Materialized().WithNullable(types.Any(t => t.Nullable));
            columns.Add(new ScopeColumn(null, "EXPR$" + column.ToString(CultureInfo.InvariantCulture), type));
        }

        return new Relation(Plan(rows, Relation.FieldsOf(columns)), columns);
    }

    /// <summary>Lets a parameter take the type of the column that it fills.</summary>
    private BoundExpression Fill(BoundExpression cell, int column) =>
        cell is PlaceholderExpression && scope?.Context.Filled is { } filled && column < filled.Count
            ? ExpressionTree.CastTo(cell, filled[column]) : cell;

    private LogicalPlan Plan(List<BoundExpression[]> rows, ValueList<SqlField> fields)
    {
        BoundExpression[][] cells = [.. rows.Select(row => row
            .Select((cell, i) => FoldConstants.Fold(ExpressionTree.CastTo(cell, fields[i].Type))).ToArray())];
        if (cells.All(row => row.All(cell => cell is LiteralExpression)))
        {
            return new ValuesPlan(
                ValueList.From(cells.Select(row => new ValuesRow(ValueList.From(row.Select(
                    (cell, i) => ((LiteralExpression)cell) with { Type = fields[i].Type }))))),
                fields);
        }

        LogicalPlan[] branches = [.. cells.Select(row => SubqueryPlanner.Project(
            new ValuesPlan([new ValuesRow(default)], default), row, fields, diagnostics))];
        return branches.Length == 1 ? branches[0] : new UnionPlan(ValueList.From(branches), fields);
    }
}
