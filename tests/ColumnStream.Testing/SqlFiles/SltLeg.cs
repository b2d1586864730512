using System.Collections.Generic;
using System.Linq;
using ColumnStream.Planner.Rules;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Names one way to run a file: the answers must be the same in all.</summary>
/// <param name="Parallelism">Subtasks of each step.</param>
/// <param name="BatchRows">Largest batch.</param>
/// <param name="CutSeed">Seed of random batch cuts, or null.</param>
/// <param name="CreditBytes">Window of a channel.</param>
public sealed record SltLeg(int Parallelism, int BatchRows, int? CutSeed, long CreditBytes)
{
    private const long Credit = 1 << 20;

    /// <summary>Gets all legs: the plain one, then one deviation each, then several at once.</summary>
    /// <remarks>Scalar kernels are chosen once a process: <c>tests/run</c> runs the plain leg again with them.</remarks>
    public static IReadOnlyList<SltLeg> All { get; } =
    [
        new(1, 4096, null, Credit),
        new(1, 1, null, Credit) { Name = "batch1" },
        new(1, 7, null, Credit) { Name = "batch7" },
        new(4, 4096, null, Credit) { Name = "parallel4" },
        new(1, 4096, null, Credit) { Name = "debug", IsDebugAllocator = true },
        new(1, 4096, null, Credit) { Name = "killed", Lives = [1] },
        new(1, 4096, null, Credit) { Name = "rescaled", Lives = [1, 4, 3, 4, 1] },
        new(4, 7, 7, 1) { Name = "mixed" },
        new(1, 64, null, Credit) { Name = "spill", SpillsAlways = true },
        new(4, 4096, null, Credit) { Name = "transport", Transport = "flight" },
        new(3, 7, 7, 1) { Name = "transport-unix", Transport = "flight-unix", IsHeavy = true },
        new(2, 7, 9, 1) { Name = "transport-in-process", Transport = "in-process", IsHeavy = true },
        new(1, 4096, null, Credit) { Name = "spill-rescaled", Lives = [1, 3, 1, 4], SpillsAlways = true, IsHeavy = true },
    ];

    /// <summary>Gets the names of the rewrites that can be left out.</summary>
    public static IReadOnlyList<string> OptionalRules { get; } = [.. RuleTable.All.Where(r => !r.IsRequired).Select(r => r.Name)];

    /// <summary>Gets the name that reports and exemptions use.</summary>
    public string Name { get; init; } = "plain";

    /// <summary>Gets whether buffers lie in guarded pages, whatever the environment says.</summary>
    public bool IsDebugAllocator { get; init; }

    /// <summary>Gets the way of rows between subtasks, as <c>exchange.transport</c> says.</summary>
    public string Transport { get; init; } = "local";

    /// <summary>Gets whether the leg runs only where it is named.</summary>
    public bool IsHeavy { get; init; }

    /// <summary>Gets whether all state goes to disk behind every element and leaves nonsense in memory.</summary>
    public bool SpillsAlways { get; init; }

    /// <summary>
    /// Gets the parallelism of each life of a job that is killed behind seeded barriers and restored, round and round;
    /// empty lets jobs live. Batches are then small and of seeded size.
    /// </summary>
    public IReadOnlyList<int> Lives { get; init; } = [];

    /// <summary>Gets the names of rewrites that are left out of plans; <c>*</c> names all that can be.</summary>
    public IReadOnlyList<string> WithoutRules { get; init; } = [];
}
