using ColumnStream.Arrow.Types;

namespace ColumnStream.Planner.Functions;

/// <summary>Is one entry of the list of SQL functions that a Flink user expects.</summary>
/// <param name="Family">The family, as the folder of its case files is named: <c>string</c>.</param>
/// <param name="Form">The SQL form exactly as the list has it: <c>UPPER(string)</c>.</param>
/// <param name="Examples">What must plan: expressions over the tables of the coverage, or whole queries.</param>
public sealed record FunctionEntry(string Family, string Form, ValueList<string> Examples);
