using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Says as which type a value goes into JSON.</summary>
internal static class JsonArgument
{
    /// <summary>Returns the type: numbers, booleans and text; the planner has JSON_STRING write all else.</summary>
    public static SqlType? Of(SqlType type) => type.IsNumeric || type.Id == SqlTypeId.Boolean
        ? type
        : type.IsText || type.Id == SqlTypeId.Null ? SqlType.String : null;
}
