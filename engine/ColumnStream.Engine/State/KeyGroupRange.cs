namespace ColumnStream.Engine.State;

/// <summary>Names the key groups [First, End) that one subtask owns.</summary>
/// <param name="First">First group.</param>
/// <param name="End">Behind the last group.</param>
public readonly record struct KeyGroupRange(int First, int End)
{
    /// <summary>Returns the range of subtask <paramref name="index"/> of <paramref name="parallelism"/>.</summary>
    public static KeyGroupRange Of(int index, int parallelism, int keyGroups) => new(
        ((index * keyGroups) + parallelism - 1) / parallelism,
        (((index + 1) * keyGroups) + parallelism - 1) / parallelism);

    /// <summary>Returns the subtask that owns <paramref name="group"/>.</summary>
    public static int Owner(int group, int parallelism, int keyGroups) => group * parallelism / keyGroups;

    /// <summary>Tells whether <paramref name="group"/> is in the range.</summary>
    public bool Contains(int group) => group >= First && group < End;
}
