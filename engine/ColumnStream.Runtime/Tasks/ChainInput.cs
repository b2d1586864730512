namespace ColumnStream.Runtime.Tasks;

/// <summary>Names one input of one node of a chain.</summary>
internal readonly record struct ChainInput(ChainNode Node, int Input);
