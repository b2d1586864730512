namespace ColumnStream.Testing.Queries;

/// <summary>Names the types of generated expressions.</summary>
public enum QueryType
{
    /// <summary>INT and BIGINT.</summary>
    Whole,

    /// <summary>DOUBLE; values are quarters, so that sums do not depend on their order.</summary>
    Real,

    /// <summary>DECIMAL(10, 2) and wider.</summary>
    Decimal,

    /// <summary>STRING.</summary>
    Text,

    /// <summary>BOOLEAN.</summary>
    Truth,

    /// <summary>TIMESTAMP(3).</summary>
    Time,
}
