using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Answers how the map of a call is stored.</summary>
internal static class MapTypes
{
    public static MapLayouts Layouts(CallExpression call)
    {
        SqlType map = call.Arguments[0].Type;
        return new MapLayouts(Execution.Layouts.Of(map.Key!), Execution.Layouts.Of(map.Value!));
    }
}
