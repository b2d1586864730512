namespace ColumnStream.Runtime.Jobs;

/// <summary>Names how a failed job is started again.</summary>
public enum RestartStrategy : byte
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>A number of times, always after the same delay.</summary>
    FixedDelay,

    /// <summary>As long as it does not fail too often in an interval.</summary>
    FailureRate,

    /// <summary>After delays that grow from failure to failure.</summary>
    ExponentialDelay,
}
