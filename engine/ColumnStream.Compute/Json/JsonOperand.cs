namespace ColumnStream.Compute.Json;

/// <summary>Is one side of a comparison: a path, or a value.</summary>
/// <param name="Steps">The steps of a path, or null for a value.</param>
/// <param name="FromRoot">Whether the path begins at <c>$</c> and not at <c>@</c>.</param>
/// <param name="Kind">What a value is.</param>
/// <param name="Text">A value's text: a string without quotes and escapes, or a number.</param>
internal sealed record JsonOperand(JsonStep[]? Steps, bool FromRoot, JsonKind Kind, byte[] Text);
