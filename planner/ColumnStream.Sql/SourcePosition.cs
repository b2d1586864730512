namespace ColumnStream.Sql;

/// <summary>Names a place in a script as an editor shows it: both numbers count from 1.</summary>
public readonly record struct SourcePosition(int Line, int Column);
