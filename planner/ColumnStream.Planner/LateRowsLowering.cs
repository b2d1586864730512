using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner;

/// <summary>Makes the side table's rows of what operators leave out as late.</summary>
internal static class LateRowsLowering
{
    private static readonly SqlType Text = SqlType.String;

    /// <summary>Gets the columns that the side table must have.</summary>
    public static ValueList<SqlField> Columns { get; } =
        [new("operator", Text), new("watermark", SqlType.Timestamp(3)), new("late_row", Text)];

    /// <summary>Tells whether an operator leaves out rows that come too late.</summary>
    public static bool LeavesOut(PhysicalNode node) => node switch
    {
        WindowAggregateNode window => !window.Window.IsProctime,
        WindowArgMaxNode => true,
        WindowAssignNode { Window: { Kind: WindowKind.Session, IsProctime: false } } => true,
        _ => false,
    };

    /// <summary>Makes the node behind such an operator; its input's columns become one text.</summary>
    public static LateRowsNode Make(PhysicalNode node, PhysicalNode input, string uid)
    {
        int time = node switch
        {
            WindowAggregateNode window => window.Window.TimeColumn,
            WindowArgMaxNode best => best.Window.TimeColumn,
            _ => ((WindowAssignNode)node).Window.TimeColumn,
        };
        BoundExpression[] columns = [.. input.Output.Select((f, i) => (BoundExpression)new ColumnExpression(i, f.Type))];
        SqlField[] fields = [.. input.Output.Select(f => f with { Type = f.Type.Materialized() })];
        var row = new CallExpression(
            "ROW", ValueList.Create<BoundExpression>(columns), SqlType.Row(ValueList.Create<SqlField>(fields)).WithNullable(false));
        List<BoundExpression> expressions =
        [
            new LiteralExpression(node.Uid, Text.WithNullable(false)),
            new CallExpression("CURRENT_WATERMARK", [columns[time]], SqlType.Timestamp(3)),
            new CastExpression(row, Text.WithNullable(false)),
        ];
        return new LateRowsNode(input.Output, ValueList.From(expressions))
        {
            Id = 0,
            Inputs = [node.Id],
            Output = ValueList.From(Columns.Select((c, i) => c with { Type = expressions[i].Type })),
            Uid = uid,
        };
    }
}
