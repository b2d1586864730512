namespace ColumnStream.Nexmark.Running;

/// <summary>Holds what one run of a job cost, from its start to its end.</summary>
/// <param name="RowsIn">Rows that the source gave.</param>
/// <param name="RowsOut">Rows that the sink took.</param>
/// <param name="CpuNs">CPU time of the process.</param>
/// <param name="WallNs">Time that passed.</param>
/// <param name="AllocatedBytes">Managed bytes that were allocated.</param>
/// <param name="Nodes">Estimated milliseconds and batches a node, as one line.</param>
internal sealed record EngineRun(
    long RowsIn, long RowsOut, long CpuNs, long WallNs, long AllocatedBytes, string Nodes);
