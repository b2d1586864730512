using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Binding;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Packs columns that a join only carries into the bytes of one row where a side has more than a state row holds.</summary>
internal static class PackWideJoins
{
    /// <summary>A state row has 64 words; some are for null bits.</summary>
    private const int MostWords = 60;

    private static readonly SqlType Bytes = SqlType.Bytes;

    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node => node switch
    {
        JoinPlan join when IsWide(join.Left, join.LeftKeys) || IsWide(join.Right, join.RightKeys) => Pack(join),
        SemiJoinPlan join when IsWide(join.Left, join.LeftKeys) => Pack(join),
        _ => node,
    });

    /// <summary>Tells whether a state row cannot hold a side beside its keys.</summary>
    internal static bool IsWide(LogicalPlan side, ValueList<int> keys) =>
        side.Fields.Sum(f => Words(f.Type)) + keys.Sum(k => Words(side.Fields[k].Type)) > MostWords;

    private static int Words(SqlType type) => type.IsText || type.IsNested || type.Id is SqlTypeId.Binary or SqlTypeId.VarBinary
        || type is { Id: SqlTypeId.Decimal, Precision: > 18 } ? 2 : 1;

    private static LogicalPlan Pack(JoinPlan join)
    {
        int width = join.Left.Fields.Count;
        SortedSet<int> read = join.Residual is null ? [] : ExpressionTree.ColumnsOf(join.Residual);
        Side left = Side.Of(join.Left, join.LeftKeys, [.. read.Where(c => c < width)]);
        Side right = Side.Of(join.Right, join.RightKeys, [.. read.Where(c => c >= width).Select(c => c - width)]);
        if (left.IsPlain && right.IsPlain)
        {
            return join;
        }

        int first = left.Plan.Fields.Count;
        int Moved(int column) => column < width ? left.Map[column] : first + right.Map[column - width];
        SqlField[] inputs = [.. left.Plan.Fields, .. right.Plan.Fields];
        int given = join.HasRightColumns ? inputs.Length : first;
        bool IsMissing(int column) => JoinPlan.FieldsOf(left.Plan, right.Plan, join.Type)[column].Type.Nullable;
        SqlField[] fields =
        [
            .. inputs.Take(given).Select((f, i) => f with { Type = f.Type.Materialized().WithNullable(IsMissing(i)) }),
        ];
        IEnumerable<BoundExpression> values = join.Fields.Select((field, i) =>
        {
            Side side = i < width ? left : right;
            int column = i < width ? i : i - width;
            return side.Map[column] >= 0
                ? new ColumnExpression(Moved(i), field.Type)
                : side.Unpack(column, (i < width ? 0 : first) + side.Plan.Fields.Count - 1, field.Type);
        });
        var packed = join with
        {
            Left = left.Plan,
            Right = right.Plan,
            LeftKeys = ValueList.From(join.LeftKeys.Select(k => left.Map[k])),
            RightKeys = ValueList.From(join.RightKeys.Select(k => right.Map[k])),
            Residual = join.Residual is null ? null : ExpressionTree.Remap(join.Residual, Moved),
            Fields = ValueList.From(fields),
        };
        return new ProjectPlan(packed, ValueList.From(values), join.Fields);
    }

    private static LogicalPlan Pack(SemiJoinPlan join)
    {
        Side left = Side.Of(join.Left, join.LeftKeys, []);
        int width = join.Left.Fields.Count;
        IEnumerable<BoundExpression> values = join.Fields.Select((field, i) =>
            i >= width ? new ColumnExpression(left.Plan.Fields.Count, field.Type)
                : left.Map[i] >= 0 ? new ColumnExpression(left.Map[i], field.Type)
                : left.Unpack(i, left.Plan.Fields.Count - 1, field.Type));
        var packed = join with
        {
            Left = left.Plan,
            LeftKeys = ValueList.From(join.LeftKeys.Select(k => left.Map[k])),
            Fields = ValueList.From(left.Plan.Fields.Concat(join.Fields.Skip(width))),
        };
        return left.IsPlain ? join : new ProjectPlan(packed, ValueList.From(values), join.Fields);
    }

    /// <summary>Is a side whose columns are kept or packed into its last one.</summary>
    private sealed record Side(LogicalPlan Plan, int[] Map, int[] Packed, SqlType Row)
    {
        public bool IsPlain => Packed.Length == 0;

        public static Side Of(LogicalPlan plan, ValueList<int> keys, HashSet<int> read)
        {
            int[] packed = !IsWide(plan, keys) ? []
                : [.. Enumerable.Range(0, plan.Fields.Count).Where(c => !keys.Contains(c) && !read.Contains(c))];
            int[] kept = [.. Enumerable.Range(0, plan.Fields.Count).Except(packed)];
            var map = new int[plan.Fields.Count];
            System.Array.Fill(map, -1);
            for (int i = 0; i < kept.Length; i++)
            {
                map[kept[i]] = i;
            }

            if (packed.Length < 2)
            {
                return new Side(plan, [.. Enumerable.Range(0, map.Length)], [], Bytes);
            }

            BoundExpression[] values = [.. packed.Select(c => new ColumnExpression(c, plan.Fields[c].Type.Materialized()))];
            SqlType row = FunctionTable.Find("ROW")!.Bind(values)!.ReturnType.WithNullable(false);
            var bytes = new CastExpression(
                new CallExpression("ROW", ValueList.Create<BoundExpression>(values), row), Bytes.WithNullable(false));
            IEnumerable<BoundExpression> plain = kept.Select(c => new ColumnExpression(c, plan.Fields[c].Type));
            IEnumerable<SqlField> fields = kept.Select(c => plan.Fields[c]).Append(new SqlField("row", bytes.Type));
            return new Side(
                new ProjectPlan(plan, ValueList.From(plain.Append(bytes)), ValueList.From(fields)), map, packed, row);
        }

        public BoundExpression Unpack(int column, int packedAt, SqlType type)
        {
            var row = new CastExpression(new ColumnExpression(packedAt, Bytes.WithNullable(true)), Row.WithNullable(true));
            return new CallExpression(
                "FIELD", [row, LiteralBinder.Integer(System.Array.IndexOf(Packed, column))], type.WithNullable(true));
        }
    }
}
