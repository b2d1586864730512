using System;

namespace ColumnStream.Compute.Execution;

/// <summary>Reads the switch that forces scalar twins: <c>COLUMNSTREAM_FORCE_KERNEL=scalar</c>.</summary>
internal static class KernelChoice
{
    public static bool Scalar { get; } = Environment.GetEnvironmentVariable("COLUMNSTREAM_FORCE_KERNEL") == "scalar";
}
