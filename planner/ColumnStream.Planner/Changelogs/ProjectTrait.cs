using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Keys survive where their columns do, as they are or cast so that different values stay different.</summary>
internal sealed class ProjectTrait : NodeTrait
{
    public override Type Node => typeof(ProjectNode);

    public override IEnumerable<int[]> Keys(PhysicalNode node, ChangelogFacts facts)
    {
        BoundExpression[] expressions = [.. ((ProjectNode)node).Expressions];
        foreach (int[] key in facts.Keys(node.Inputs[0]))
        {
            int[] moved = [.. key.Select(column => Array.FindIndex(expressions, e => Shows(e, column)))];
            if (!moved.Contains(-1))
            {
                yield return moved;
            }
        }
    }

    public override bool NeedsOld(PhysicalNode node, int position, ChangelogFacts facts) =>
        facts.NeedsOld(node.Id) || facts.Key(node.Id) is null;

    private static bool Shows(BoundExpression expression, int column) => expression switch
    {
        ColumnExpression reference => reference.Index == column,
        CastExpression { Input: ColumnExpression reference } cast =>
            reference.Index == column && KeepsDistinct(reference.Type, cast.Type),
        _ => false,
    };

    /// <summary>Tells whether two values that differ still differ behind the cast.</summary>
    private static bool KeepsDistinct(SqlType from, SqlType to) =>
        Digits(from.Id) is > 0 and int digits && (Digits(to.Id) >= digits || IsLongText(to, digits));

    private static bool IsLongText(SqlType type, int digits) => type.Id == SqlTypeId.VarChar && type.Length > digits;

    private static int Digits(SqlTypeId id) => id switch
    {
        SqlTypeId.TinyInt => 3,
        SqlTypeId.SmallInt => 5,
        SqlTypeId.Integer => 10,
        SqlTypeId.BigInt => 19,
        _ => 0,
    };
}
