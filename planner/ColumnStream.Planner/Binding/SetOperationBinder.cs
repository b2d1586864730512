using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds UNION, INTERSECT and EXCEPT over two bound bodies, whose columns take their common types.</summary>
internal sealed class SetOperationBinder(DiagnosticBag diagnostics)
{
    /// <summary>Binds one operation; a mismatch is reported and leaves the left side, broken.</summary>
    public Relation Bind(SetOperation operation, Relation left, Relation right)
    {
        if (left.IsBroken || right.IsBroken)
        {
            return left with { IsBroken = true };
        }

        string name = operation.Operator.ToString().ToUpperInvariant();
        if (left.Columns.Count != right.Columns.Count)
        {
            diagnostics.Report(
                PlannerErrors.ColumnCount, operation.Right.Span, null, $"Right side of {name}", right.Columns.Count,
                left.Columns.Count);
            return left with { IsBroken = true };
        }

        List<ScopeColumn> columns = [];
        for (int i = 0; i < left.Columns.Count; i++)
        {
            columns.Add(Column(left.Columns[i], right.Columns[i], operation, name));
        }

        bool isBroken = columns.Any(c => TypeBinder.IsError(c.Type));
        ValueList<SqlField> fields = Relation.FieldsOf(columns);
        if (operation.Operator != SetOperator.Union)
        {
            SetOperationKind kind = operation.Operator == SetOperator.Intersect
                ? SetOperationKind.Intersect : SetOperationKind.Except;
            var plan = new SetOperationPlan(Side(left, fields), Side(right, fields), kind, operation.IsAll, fields);
            return new Relation(plan, columns, isBroken);
        }

        LogicalPlan union = new UnionPlan([.. Branches(left, fields), .. Branches(right, fields)], fields);
        return operation.IsAll
            ? new Relation(union, columns, isBroken)
            : SelectBinder.Distinct(new Relation(union, columns, isBroken), diagnostics.Locate(operation.Span));
    }

    private ScopeColumn Column(ScopeColumn left, ScopeColumn right, SetOperation operation, string name)
    {
        if (TypeBinder.IsError(left.Type) || TypeBinder.IsError(right.Type))
        {
            return new ScopeColumn(null, left.Name, TypeBinder.ErrorType);
        }

        if (TypeCoercion.CommonType(left.Type, right.Type) is not { } common)
        {
            diagnostics.Report(
                PlannerErrors.NoCommonType, operation.Right.Span, "Add a CAST.", $"Column '{left.Name}' of {name}",
                $"{left.Type.Materialized().WithNullable(true)}, {right.Type.Materialized().WithNullable(true)}");
            return new ScopeColumn(null, left.Name, TypeBinder.ErrorType);
        }

        bool isUnion = operation.Operator == SetOperator.Union;
        bool keeps = isUnion && left.Type.WithNullable(true) == right.Type.WithNullable(true);
        bool nullable = left.Type.Nullable || right.Type.Nullable;
        bool hasTime = left.Type.TimeAttribute != TimeAttribute.None || right.Type.TimeAttribute != TimeAttribute.None;
        string? lost = keeps || !hasTime ? left.Lost ?? right.Lost
            : isUnion ? $"UNION at {diagnostics.Locate(operation.Span)} joins it with another type"
            : $"{name} at {diagnostics.Locate(operation.Span)} makes it an ordinary value";
        return new ScopeColumn(
            null, left.Name, keeps ? left.Type.WithNullable(nullable) : common.Materialized().WithNullable(nullable),
            lost);
    }

    /// <summary>Returns the branches of one side, a nested UNION ALL of the same types opened up.</summary>
    private static IEnumerable<LogicalPlan> Branches(Relation side, ValueList<SqlField> fields)
    {
        LogicalPlan plan = Side(side, fields);
        return plan is UnionPlan union && ReferenceEquals(plan, side.Plan) ? union.Branches : [plan];
    }

    /// <summary>Casts a side to the types of the result.</summary>
    private static LogicalPlan Side(Relation side, ValueList<SqlField> fields)
    {
        BoundExpression[] casts = [.. side.Columns.Select((c, i) =>
            ExpressionTree.CastTo(new ColumnExpression(i, side.Plan.Fields[i].Type), fields[i].Type))];
        bool isPlain = casts.All(e => e is ColumnExpression) && side.Columns.Select((c, i) => (c, i)).All(
            p => p.c.Type.TimeAttribute == fields[p.i].Type.TimeAttribute);
        return isPlain ? side.Plan
            : new ProjectPlan(side.Plan, ValueList.From(casts), ValueList.From(fields.Select(
                (f, i) => f with { Type = f.Type.WithNullable(side.Plan.Fields[i].Type.Nullable) })));
    }
}
