using System;

namespace ColumnStream.Compute.Types;

/// <summary>Holds the matrix of casts between types that are not nested, as Flink documents it.</summary>
/// <remarks>
/// One row a source, one column a target, in the order of <see cref="SqlTypeId"/>: I implicit, Y by CAST, ! by CAST that
/// may fail, . not at all. Intervals become integers and back within one family: months INT, milliseconds BIGINT.
/// Numbers and timestamps do not become each other: TO_TIMESTAMP_LTZ and EXTRACT(EPOCH …) say which unit is meant.
/// </remarks>
public static class CastTable
{
    private const int Width = SqlTypeId.IntervalDayTime - SqlTypeId.Boolean + 1;

    private const string Cells =
        //        bool tiny small int big float double decimal char varchar binary varbinary date time ts ltz ym dt
        /* BOOLEAN   */ "IYYYYYYYYY........" +
        /* TINYINT   */ "YIIIIIIIYY........" +
        /* SMALLINT  */ "YYIIIIIIYY........" +
        /* INT       */ "YYYIIIIIYY......Y." +
        /* BIGINT    */ "YYYYIIIIYY.......Y" +
        /* FLOAT     */ ".YYYYIIIYY........" +
        /* DOUBLE    */ ".YYYYYIIYY........" +
        /* DECIMAL   */ ".YYYYIIIYY........" +
        /* CHAR      */ "!!!!!!!!IIYY!!!!.." +
        /* VARCHAR   */ "!!!!!!!!YIYY!!!!.." +
        /* BINARY    */ "........YYII......" +
        /* VARBINARY */ "........YYYI......" +
        /* DATE      */ "........YY..I.YY.." +
        /* TIME      */ "........YY...IYY.." +
        /* TIMESTAMP */ "........YY..IIII.." +
        /* LTZ       */ "........YY..YYII.." +
        /* MONTHS    */ "...Y....YY......I." +
        /* MILLIS    */ "....Y...YY.......I";

    /// <summary>Tells how one kind of type becomes another; neither is NULL or nested.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A type is not in the table.</exception>
    public static CastKind Of(SqlTypeId from, SqlTypeId to)
    {
        int row = from - SqlTypeId.Boolean;
        int column = to - SqlTypeId.Boolean;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Width, nameof(from));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Width, nameof(to));
        return Cells[(row * Width) + column] switch
        {
            'I' => CastKind.Implicit,
            'Y' => CastKind.Explicit,
            '!' => CastKind.Fallible,
            _ => CastKind.None,
        };
    }

    /// <summary>Tells whether the table has the type: it is neither NULL nor nested.</summary>
    public static bool Has(SqlTypeId id) => id is >= SqlTypeId.Boolean and <= SqlTypeId.IntervalDayTime;
}
