using System;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Repeats rows, so that no column identifies one.</summary>
internal sealed class ExpandTrait : NodeTrait
{
    public override Type Node => typeof(ExpandNode);
}
