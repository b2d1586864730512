namespace ColumnStream.Compute.Functions;

/// <summary>States how far a function's result depends on more than its arguments.</summary>
public enum Volatility : byte
{
    /// <summary>Same arguments, same result: folds at planning time.</summary>
    Immutable,

    /// <summary>Constant inside one run: zones, session settings.</summary>
    Stable,

    /// <summary>May differ at each call: clocks, random numbers.</summary>
    Volatile,
}
