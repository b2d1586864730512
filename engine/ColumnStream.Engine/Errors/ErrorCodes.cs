using System.Collections.Generic;

namespace ColumnStream.Engine.Errors;

/// <summary>Lists every error code, ascending: 1xxx syntax, 2xxx binding, 3xxx plan, 4xxx data, 5xxx external, 6xxx resource, 9xxx bug.</summary>
public static class ErrorCodes
{
    /// <summary>Gets the table; rows are added, never renumbered.</summary>
    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        new(1000, "42601", "INVALID_ARGUMENT", false, "user", "The text is not SQL."),
        new(2000, "42000", "INVALID_ARGUMENT", false, "user", "A name, type or call does not fit."),
        new(3000, "0A000", "UNIMPLEMENTED", false, "user", "The statement cannot be planned."),
        new(3101, "0A000", "FAILED_PRECONDITION", false, "user", "Connector cannot be read."),
        new(3102, "0A000", "FAILED_PRECONDITION", false, "user", "Connector cannot be written."),
        new(3103, "42000", "INVALID_ARGUMENT", false, "user", "Connector is not known."),
        new(3110, "42000", "INVALID_ARGUMENT", false, "user", "Option is unknown."),
        new(3111, "42000", "INVALID_ARGUMENT", false, "user", "Option has a wrong value."),
        new(3112, "42000", "INVALID_ARGUMENT", false, "user", "Option is missing."),
        new(3113, "42000", "INVALID_ARGUMENT", false, "user", "Column does not fit the connector."),
        new(3114, "42000", "FAILED_PRECONDITION", false, "user", "Option differs from the checkpoint's."),
        new(3120, "55000", "FAILED_PRECONDITION", false, "user", "The checkpoint does not fit the job."),
        new(4000, "22000", "INVALID_ARGUMENT", false, "user", "A row is wrong."),
        new(4001, "22000", "INVALID_ARGUMENT", false, "user", "An expression failed."),
        new(4002, "22007", "INVALID_ARGUMENT", false, "user", "A rowtime is NULL."),
        new(4010, "22000", "INVALID_ARGUMENT", false, "user", "Input could not be parsed."),
        new(4020, "55000", "FAILED_PRECONDITION", false, "user", "The plan on disk cannot be read by this version."),
        new(5000, "58000", "UNAVAILABLE", true, "operator", "Another system failed."),
        new(5001, "58030", "UNAVAILABLE", false, "operator", "A file could not be read or written."),
        new(5010, "55006", "FAILED_PRECONDITION", false, "operator", "Another process runs the job."),
        new(5011, "58030", "DATA_LOSS", false, "operator", "A checkpoint could not be read."),
        new(5012, "58030", "DATA_LOSS", false, "operator", "Prepared output is lost."),
        new(5013, "58030", "FAILED_PRECONDITION", false, "operator", "Input changed since the checkpoint."),
        new(5014, "58000", "UNAVAILABLE", true, "operator", "Checkpoints failed several times in a row."),
        new(6000, "53000", "RESOURCE_EXHAUSTED", false, "operator", "A limit is reached."),
        new(6001, "53200", "RESOURCE_EXHAUSTED", false, "operator", "Memory limit reached."),
        new(9000, "XX000", "INTERNAL", false, "developer", "A rule of this program is broken."),
        new(9001, "XX000", "INTERNAL", false, "developer", "An internal check failed."),
    ];

    /// <summary>Finds a row; the first row of its thousand where the number has none of its own.</summary>
    public static ErrorCode Find(int code)
    {
        ErrorCode? family = null;
        foreach (ErrorCode row in All)
        {
            if (row.Code == code)
            {
                return row;
            }

            if (row.Code == code / 1000 * 1000)
            {
                family = row;
            }
        }

        return family ?? All[^1];
    }
}
