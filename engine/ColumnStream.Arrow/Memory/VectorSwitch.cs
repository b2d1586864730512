using System;

namespace ColumnStream.Arrow.Memory;

/// <summary>Tells whether loops of this project may use vectors; read once.</summary>
internal static class VectorSwitch
{
    /// <summary>Gets whether <c>COLUMNSTREAM_FORCE_KERNEL=scalar</c> asks for the scalar twins.</summary>
    public static readonly bool UseVectors =
        Environment.GetEnvironmentVariable("COLUMNSTREAM_FORCE_KERNEL") != "scalar";
}
