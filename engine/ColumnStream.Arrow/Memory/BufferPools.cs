using System;

namespace ColumnStream.Arrow.Memory;

/// <summary>Chooses the pool of a process.</summary>
public static class BufferPools
{
    /// <summary>
    /// Names the environment variable that chooses: <c>debug</c> for guarded pages, else size classes.
    /// </summary>
    public const string Variable = "COLUMNSTREAM_ALLOCATOR";

    /// <summary>Makes the pool that <see cref="Variable"/> asks for; the caller disposes of it.</summary>
    /// <exception cref="ArgumentException">The variable holds an unknown name.</exception>
    public static BufferPool FromEnvironment() => Environment.GetEnvironmentVariable(Variable) switch
    {
        null or "" or "pool" => new SizeClassPool(),
        "debug" => new GuardedPool(),
        string name => throw new ArgumentException($"Allocator is unknown: {Variable}={name}, expected pool or debug."),
    };
}
