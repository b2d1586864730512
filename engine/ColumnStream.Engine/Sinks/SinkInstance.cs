namespace ColumnStream.Engine.Sinks;

/// <summary>Is one of the two kinds of sink.</summary>
/// <param name="Writer">An at-least-once writer, or null.</param>
/// <param name="TwoPhase">An exactly-once sink, or null.</param>
public sealed record SinkInstance(SinkWriter? Writer, TwoPhaseCommittingSink? TwoPhase);
