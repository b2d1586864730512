using System.Collections.Generic;
using ColumnStream.Flight.Sql.Backend;

namespace ColumnStream.Flight.Sql.Metadata;

/// <summary>
/// Holds what the server answers to every number of <c>CommandGetSqlInfo</c>: 0–11, 100, 101 and 500–576 of the specification's
/// enum SqlInfo.
/// </summary>
/// <remarks>
/// Values are text, bool, long, int (bit masks), lists of text or a map of int to lists of int, by which the child of the union is
/// chosen. Where the specification's words and its implementations differ (503, 505, 507, 562 are bigint, 528 is a bit mask),
/// readers in the field decide: Arrow's JDBC driver fails on the other form.
/// </remarks>
internal static class SqlInfoTable
{
    private const int Varchar = 19;
    private const string ArrowVersion = "21.0.0";

    /// <summary>Gives the answers for <paramref name="facts"/>, in ascending order of their numbers.</summary>
    public static SortedDictionary<uint, object> Of(SqlServerFacts facts)
    {
        var rows = new SortedDictionary<uint, object>
        {
            [0] = facts.Name,
            [1] = facts.Version,
            [2] = ArrowVersion,
            [3] = false, // read only
            [4] = true, // SQL
            [5] = false, // Substrait
            [6] = string.Empty,
            [7] = string.Empty,
            [8] = 0, // transactions: none
            [9] = true, // cancel
            [10] = true, // bulk ingestion
            [11] = false, // … in transactions
            [100] = facts.StatementTimeoutMs,
            [101] = 0,
        };
        Syntax(rows, facts);
        Clauses(rows);
        Limits(rows, facts);
        Transactions(rows);
        return rows;
    }

    private static void Syntax(SortedDictionary<uint, object> rows, SqlServerFacts facts)
    {
        rows[500] = false; // CREATE and DROP of catalogs
        rows[501] = true; // … of schemas (databases)
        rows[502] = true; // … of tables
        rows[503] = 0L; // case of names: kept and compared as written, for which there is no number
        rows[504] = "`";
        rows[505] = 0L;
        rows[506] = false; // some tables are sinks only
        rows[507] = 1L; // nulls sort low
        rows[508] = facts.Keywords;
        rows[509] = facts.NumericFunctions;
        rows[510] = facts.StringFunctions;
        rows[511] = facts.SystemFunctions;
        rows[512] = facts.DateTimeFunctions;
        rows[513] = "\\";
        rows[514] = "$";
        rows[529] = "database";
        rows[530] = string.Empty;
        rows[531] = "catalog";
        rows[532] = true; // catalog.database.table
        rows[533] = 0;
        rows[534] = 0;
    }

    private static void Clauses(SortedDictionary<uint, object> rows)
    {
        rows[515] = true; // AS
        rows[516] = true; // NULL || 'a' is NULL
        rows[517] = Conversions();
        rows[518] = true; // table aliases
        rows[519] = false;
        rows[520] = true; // expressions in ORDER BY
        rows[521] = true; // ORDER BY columns that are not selected
        rows[522] = 0b11; // GROUP BY
        rows[523] = true; // LIKE … ESCAPE
        rows[524] = true; // NOT NULL
        rows[525] = 0b011; // minimum and core grammar
        rows[526] = 0b001; // ANSI 92 entry level
        rows[527] = false;
        rows[528] = 0b110; // limited and full outer joins
        rows[535] = 0;
        rows[536] = false; // SELECT FOR UPDATE
        rows[537] = false; // stored procedures
        rows[538] = 0b0111; // subqueries in comparisons, EXISTS, IN
        rows[539] = true; // correlated
        rows[540] = 0b11; // UNION, UNION ALL
    }

    private static void Limits(SortedDictionary<uint, object> rows, SqlServerFacts facts)
    {
        for (uint number = 541; number <= 561; number++)
        {
            rows[number] = 0L; // no limit, or none known
        }

        rows[549] = (long)facts.MaxConnections;
        rows[556] = false;
    }

    private static void Transactions(SortedDictionary<uint, object> rows)
    {
        rows[562] = 0L; // isolation: none
        rows[563] = false;
        rows[564] = 0b1; // SQL_TRANSACTION_NONE
        rows[565] = false;
        rows[566] = true; // DDL is no part of a transaction
        rows[567] = 0b11; // result sets: unspecified, forward only
        rows[568] = 0b10; // read only
        rows[569] = 0b10;
        rows[570] = 0;
        rows[571] = 0;
        rows[572] = true; // batches of parameters
        for (uint number = 573; number <= 576; number++)
        {
            rows[number] = false; // savepoints, named parameters, copies of locators, functions by call syntax
        }
    }

    /// <summary>Gives CAST's pairs in the numbers of the enum SqlSupportsConvert.</summary>
    private static SortedDictionary<int, int[]> Conversions()
    {
        int[] numbers = [0, 5, 6, 7, 12, 13, 14, 17]; // BIGINT DECIMAL FLOAT INTEGER NUMERIC REAL SMALLINT TINYINT
        var map = new SortedDictionary<int, int[]>();
        foreach (int number in numbers)
        {
            map[number] = [0, 2, 3, 5, 6, 7, 12, 13, 14, 17, Varchar];
        }

        int[] any = [0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 18, Varchar];
        map[3] = any; // CHAR
        map[Varchar] = any;
        map[2] = [0, 2, 3, 5, 6, 7, 12, 13, 14, 17, Varchar]; // BOOLEAN
        map[1] = [1, 3, 18, Varchar]; // BINARY
        map[18] = [1, 3, 18, Varchar];
        map[4] = [3, 4, 16, Varchar]; // DATE
        map[15] = [3, 15, 16, Varchar]; // TIME
        map[16] = [3, 4, 15, 16, Varchar]; // TIMESTAMP
        return map;
    }
}
