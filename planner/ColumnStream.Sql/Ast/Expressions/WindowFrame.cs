namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Bounds the rows around the current one; <paramref name="End"/> is null without BETWEEN.</summary>
public sealed record WindowFrame(
    FrameUnit Unit,
    FrameBound Start,
    FrameBound? End,
    FrameExclusion Exclusion = FrameExclusion.None) : SqlNode;
