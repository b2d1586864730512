namespace ColumnStream.Compute.Json;

/// <summary>Names what a step of a path selects.</summary>
internal enum JsonStepKind : byte
{
    /// <summary><c>.name</c> or <c>['name']</c>.</summary>
    Member,

    /// <summary><c>['a', 'b']</c>: at the end of a path an object of these members, before it each of them.</summary>
    Members,

    /// <summary><c>[0]</c>, from the end when negative.</summary>
    Index,

    /// <summary><c>[0, 2]</c>.</summary>
    Indexes,

    /// <summary><c>[1:3]</c>.</summary>
    Slice,

    /// <summary><c>.*</c> or <c>[*]</c>.</summary>
    Wildcard,

    /// <summary><c>..</c>: the value and all arrays and objects in it.</summary>
    Descend,

    /// <summary><c>[?(...)]</c>.</summary>
    Filter,

    /// <summary><c>.length()</c>, at the end of a path.</summary>
    Length,
}
