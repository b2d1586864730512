using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Functions.Access;

namespace ColumnStream.Compute.Nested;

/// <summary>Chooses the step for the layout of an element or field.</summary>
internal static class ElementSteps
{
    /// <summary>Makes the step that reads a field; its state is a <see cref="FieldPlace"/>.</summary>
    public static RowStep Field(Layout layout, int row) => layout switch
    {
        Layout.Bit => new RowStep<FieldOf<bool>, Utf8, bool>(row),
        Layout.Int8 => new RowStep<FieldOf<sbyte>, Utf8, sbyte>(row),
        Layout.Int16 => new RowStep<FieldOf<short>, Utf8, short>(row),
        Layout.Int32 => new RowStep<FieldOf<int>, Utf8, int>(row),
        Layout.Int64 => new RowStep<FieldOf<long>, Utf8, long>(row),
        Layout.Float32 => new RowStep<FieldOf<float>, Utf8, float>(row),
        Layout.Float64 => new RowStep<FieldOf<double>, Utf8, double>(row),
        Layout.Int128 => new RowStep<FieldOf<Int128>, Utf8, Int128>(row),
        _ => new RowStep<FieldOf<Utf8>, Utf8, Utf8>(row),
    };
}
