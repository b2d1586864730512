using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Makes the plan of a join that is nothing else: equalities become keys, the rest a condition, time attributes values.</summary>
internal static class RegularJoin
{
    /// <summary>Builds the join of a candidate.</summary>
    public static Relation Build(JoinCandidate candidate, BindingContext context)
    {
        DiagnosticBag diagnostics = context.Diagnostics;
        if (candidate.SystemTime is not null)
        {
            diagnostics.Report(PlannerErrors.NotSupported, candidate.Syntax.Right.Span, null, "FOR SYSTEM_TIME AS OF");
            return new Relation(Relation.Broken.Plan, candidate.Columns, IsBroken: true);
        }

        LogicalPlan plan = Hinted(
            Plan(candidate.Left.Plan, candidate.Right.Plan, candidate.Type, candidate.Conjuncts), candidate);
        string lost = $"the join at {diagnostics.Locate(candidate.Syntax.Span)} makes it an ordinary value";
        ScopeColumn[] columns = [.. candidate.Columns.Select(c => c.Ordinary(lost))];
        return new Relation(plan, columns);
    }

    /// <summary>
    /// Makes a join of conditions over the left columns, then the right ones; its columns are those, for semi and anti joins
    /// the left ones. Keys that are no columns are computed below and dropped above.
    /// </summary>
    public static LogicalPlan Plan(
        LogicalPlan left, LogicalPlan right, JoinType type, IEnumerable<BoundExpression> conjuncts)
    {
        int width = left.Fields.Count;
        var one = new KeySide(left, 0);
        var other = new KeySide(right, width);
        List<bool> nullSafe = [];
        List<BoundExpression> rest = [];
        foreach (BoundExpression conjunct in conjuncts)
        {
            BoundExpression condition = ExpressionTree.ColumnsOf(conjunct).Count == 0 ? ConstantFolder.Fold(conjunct) : conjunct;
            if (JoinSides.Equality(condition, width) is { } equal
                && TypeCoercion.CommonType(equal.Left.Type, equal.Right.Type) is { } common)
            {
                one.Add(ExpressionTree.CastTo(equal.Left, common));
                other.Add(ExpressionTree.CastTo(equal.Right, common));
                nullSafe.Add(equal.IsNullSafe);
            }
            else if (condition is not LiteralExpression { Value: "true" })
            {
                rest.Add(condition);
            }
        }

        BoundExpression? residual = rest.Count == 0 ? null
            : ExpressionTree.Remap(ExpressionTree.And(rest), c => c < width ? c : c + one.Added);
        (LogicalPlan l, LogicalPlan r) = (one.Plan(), other.Plan());
        var join = new JoinPlan(
            l, r, type, ValueList.From(one.Keys), ValueList.From(other.Keys), ValueList.From(nullSafe), residual,
            JoinPlan.FieldsOf(l, r, type));
        if (one.Added + other.Added == 0)
        {
            return join;
        }

        int[] kept =
        [
            .. Enumerable.Range(0, width),
            .. join.HasRightColumns ? Enumerable.Range(width + one.Added, right.Fields.Count) : [],
        ];
        return new ProjectPlan(
            join, ValueList.From(kept.Select(c => (BoundExpression)new ColumnExpression(c, join.Fields[c].Type))),
            ValueList.From(kept.Select(c => join.Fields[c])));
    }

    private static LogicalPlan Hinted(LogicalPlan plan, JoinCandidate candidate) => plan switch
    {
        ProjectPlan project => project with { Input = Hinted(project.Input, candidate) },
        JoinPlan join => join with
        {
            LeftTtlMs = candidate.LeftTtlMs,
            RightTtlMs = candidate.RightTtlMs,
            Hint = string.Join(", ", new[]
            {
                candidate.LeftHint is { } left ? $"{left}(left)" : null,
                candidate.RightHint is { } right ? $"{right}(right)" : null,
            }.OfType<string>()),
        },
        _ => plan,
    };

    /// <summary>Collects the keys of one side, and the columns that must be computed for them.</summary>
    private sealed class KeySide(LogicalPlan side, int first)
    {
        private readonly List<BoundExpression> _computed = [];

        public List<int> Keys { get; } = [];

        public int Added => _computed.Count;

        public void Add(BoundExpression key)
        {
            BoundExpression own = ExpressionTree.Remap(key, c => c - first);
            if (own is ColumnExpression column)
            {
                Keys.Add(column.Index);
                return;
            }

            int known = _computed.IndexOf(own);
            Keys.Add(side.Fields.Count + (known < 0 ? _computed.Count : known));
            if (known < 0)
            {
                _computed.Add(own);
            }
        }

        public LogicalPlan Plan()
        {
            if (_computed.Count == 0)
            {
                return side;
            }

            IEnumerable<BoundExpression> plain = side.Fields.Select((f, i) => new ColumnExpression(i, f.Type));
            IEnumerable<SqlField> added = _computed.Select((e, i) => new SqlField($"key{i}", e.Type.Materialized()));
            return new ProjectPlan(
                side, ValueList.From(plain.Concat(_computed)), ValueList.From(side.Fields.Concat(added)));
        }
    }
}
