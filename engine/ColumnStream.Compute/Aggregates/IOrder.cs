namespace ColumnStream.Compute.Aggregates;

/// <summary>Tells which of two values an extreme keeps; a type argument, so that each has its own loop.</summary>
internal interface IOrder<T>
{
    /// <summary>Tells whether <paramref name="next"/> replaces <paramref name="held"/>.</summary>
    static abstract bool Replaces(T next, T held);
}

/// <summary>Keeps the least integer.</summary>
internal readonly struct LeastInt64 : IOrder<long>
{
    /// <inheritdoc/>
    public static bool Replaces(long next, long held) => next < held;
}

/// <summary>Keeps the greatest integer.</summary>
internal readonly struct GreatestInt64 : IOrder<long>
{
    /// <inheritdoc/>
    public static bool Replaces(long next, long held) => next > held;
}

/// <summary>Keeps the least number; NaN is above all.</summary>
internal readonly struct LeastFloat64 : IOrder<double>
{
    /// <inheritdoc/>
    public static bool Replaces(double next, double held) => next < held || (double.IsNaN(held) && !double.IsNaN(next));
}

/// <summary>Keeps the greatest number; NaN is above all.</summary>
internal readonly struct GreatestFloat64 : IOrder<double>
{
    /// <inheritdoc/>
    public static bool Replaces(double next, double held) => next > held || (double.IsNaN(next) && !double.IsNaN(held));
}

/// <summary>Keeps the least wide decimal.</summary>
internal readonly struct LeastInt128 : IOrder<System.Int128>
{
    /// <inheritdoc/>
    public static bool Replaces(System.Int128 next, System.Int128 held) => next < held;
}

/// <summary>Keeps the greatest wide decimal.</summary>
internal readonly struct GreatestInt128 : IOrder<System.Int128>
{
    /// <inheritdoc/>
    public static bool Replaces(System.Int128 next, System.Int128 held) => next > held;
}
