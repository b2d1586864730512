using ColumnStream.Planner.Catalogs;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner;

/// <summary>Turns SHOW JOBS and DESCRIBE JOB into the queries of <c>sys.jobs</c> that answer them.</summary>
/// <remarks>Columns are those of the SQL client that users know. The listing itself is no job to them.</remarks>
internal static class JobListing
{
    private const string Columns =
        "SELECT job_id AS `job id`, statement AS `job name`, status, started_at AS `start time`";

    private const string Jobs = " FROM sys.jobs WHERE statement NOT IN ('SHOW JOBS', 'DESCRIBE JOB')";

    /// <summary>Tells whether the session knows of jobs.</summary>
    public static bool IsThere(Catalog catalog) => catalog.FindSystem("jobs") is not null;

    /// <summary>Returns the query.</summary>
    public static Statement Of(Statement statement)
    {
        string text = statement is DescribeJobStatement describe
            ? Columns + ", ended_at AS `end time`, checkpoints, failed_checkpoints AS `failed checkpoints`" + Jobs
                + $" AND job_id = '{describe.JobId.Value.Replace("'", "''", System.StringComparison.Ordinal)}'"
            : Columns + Jobs;
        return SqlParser.Parse(text, "sys.jobs").Statements[0];
    }
}
