using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Says as which type a value goes into JSON.</summary>
internal static class JsonArgument
{
    /// <summary>Returns the type to cast to: numbers, booleans and text stay, what else has a text becomes it.</summary>
    public static SqlType? Of(SqlType type) => type.IsNumeric || type.Id == SqlTypeId.Boolean
        ? type
        : type.IsText || type.Id == SqlTypeId.Null || SqlTypes.CanCast(type, SqlType.String) ? SqlType.String : null;
}
