using ColumnStream.Arrow;

namespace ColumnStream.Microbench.Joins;

/// <summary>Is a batch of one side; pairs take back and put.</summary>
internal sealed record JoinInput(int Side, RecordBatch Rows, bool IsPairs);
