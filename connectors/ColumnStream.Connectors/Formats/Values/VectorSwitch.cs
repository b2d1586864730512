using System;

namespace ColumnStream.Connectors.Formats.Values;

/// <summary>Tells whether the loops of formats may use vectors; read once.</summary>
internal static class VectorSwitch
{
    /// <summary>Whether they may: <c>COLUMNSTREAM_FORCE_KERNEL=scalar</c> asks for the scalar twins.</summary>
    public static readonly bool Enabled = Environment.GetEnvironmentVariable("COLUMNSTREAM_FORCE_KERNEL") != "scalar";
}
