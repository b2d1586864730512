using System;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Constant rows are inserted once.</summary>
internal sealed class ValuesTrait : NodeTrait
{
    public override Type Node => typeof(ValuesNode);
}
