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
        new(2001, "42S02", "NOT_FOUND", false, "user", "Table or view '{0}' not found."),
        new(2002, "42S01", "ALREADY_EXISTS", false, "user", "Table or view '{0}' already exists."),
        new(2003, "42S22", "INVALID_ARGUMENT", false, "user", "Column '{0}' not found."),
        new(2004, "42702", "INVALID_ARGUMENT", false, "user", "Column '{0}' is ambiguous: {1}."),
        new(2005, "42883", "INVALID_ARGUMENT", false, "user", "Function '{0}' not found."),
        new(2006, "42883", "INVALID_ARGUMENT", false, "user", "{0} does not take ({1}). Signatures: {2}."),
        new(2007, "42804", "INVALID_ARGUMENT", false, "user", "Operator {0} does not take {1}."),
        new(2008, "42846", "INVALID_ARGUMENT", false, "user", "Cannot cast {0} to {1}."),
        new(2009, "42804", "INVALID_ARGUMENT", false, "user", "{0} must be BOOLEAN: {1}."),
        new(
            2010, "42803", "INVALID_ARGUMENT", false, "user",
            "Column '{0}' is neither in GROUP BY nor inside an aggregate function."),
        new(2011, "42803", "INVALID_ARGUMENT", false, "user", "Aggregate function {0} is not allowed in {1}."),
        new(2012, "42601", "INVALID_ARGUMENT", false, "user", "{0} has {1} columns, {2} expected."),
        new(2013, "42804", "INVALID_ARGUMENT", false, "user", "Column '{0}' of type {1} does not take {2}."),
        new(2014, "42701", "INVALID_ARGUMENT", false, "user", "Column '{0}' is declared twice."),
        new(2015, "42830", "INVALID_ARGUMENT", false, "user", "PRIMARY KEY is wrong: {0}."),
        new(2016, "42P16", "INVALID_ARGUMENT", false, "user", "WATERMARK is wrong: {0}."),
        new(2017, "42P20", "INVALID_ARGUMENT", false, "user", "Column '{0}' is not a time attribute: {1}."),
        new(2018, "22007", "INVALID_ARGUMENT", false, "user", "{0} literal is wrong: '{1}'."),
        new(2019, "42P10", "INVALID_ARGUMENT", false, "user", "ORDER BY position {0} is not between 1 and {1}."),
        new(2020, "42S22", "INVALID_ARGUMENT", false, "user", "Field '{0}' not found in {1}."),
        new(2021, "42704", "INVALID_ARGUMENT", false, "user", "Type is wrong: {0}."),
        new(2022, "42P20", "INVALID_ARGUMENT", false, "user", "{0} is wrong: {1}."),
        new(2023, "42P01", "INVALID_ARGUMENT", false, "user", "Table or alias '{0}' is not in FROM."),
        new(2024, "42712", "INVALID_ARGUMENT", false, "user", "Alias '{0}' is used twice."),
        new(2025, "3D000", "NOT_FOUND", false, "user", "{0} '{1}' not found."),
        new(2026, "42804", "INVALID_ARGUMENT", false, "user", "{0} has no common type for {1}."),
        new(2027, "42809", "INVALID_ARGUMENT", false, "user", "'{0}' is a {1}, not a {2}."),
        new(2028, "42601", "INVALID_ARGUMENT", false, "user", "{0} must be a constant: {1}."),
        new(2029, "23502", "INVALID_ARGUMENT", false, "user", "Column '{0}' is NOT NULL and gets no value."),
        new(2030, "42P17", "FAILED_PRECONDITION", false, "user", "View '{0}' is no longer valid: {1}"),
        new(2031, "22023", "INVALID_ARGUMENT", false, "user", "Argument of {0} is wrong: {1}"),
        new(2032, "42P16", "INVALID_ARGUMENT", false, "user", "{0} is wrong: {1}."),
        new(2033, "42P06", "FAILED_PRECONDITION", false, "user", "{0} '{1}' {2}."),
        new(3000, "0A000", "UNIMPLEMENTED", false, "user", "The statement cannot be planned."),
        new(3001, "0A000", "UNIMPLEMENTED", false, "user", "{0} is not supported yet."),
        new(3002, "0A000", "UNIMPLEMENTED", false, "user", "Table '{0}' takes only inserts, but {1} makes updates."),
        new(
            3003, "42830", "INVALID_ARGUMENT", false, "user",
            "Table '{0}' takes updates by key, but has no primary key, and {1} makes updates."),
        new(3004, "0A000", "UNIMPLEMENTED", false, "user", "ORDER BY over an unbounded input never ends: {0}."),
        new(
            3005, "0A000", "UNIMPLEMENTED", false, "user",
            "LIMIT over an unbounded, updating input is not supported yet: {0} makes updates."),
        new(3006, "0A000", "UNIMPLEMENTED", false, "user", "Batch mode reads bounded tables only: '{0}' is unbounded."),
        new(3007, "0A000", "UNIMPLEMENTED", false, "user", "Primary key ({0}) of table '{1}' is not the key of the query ({2})."),
        new(3008, "0A000", "UNIMPLEMENTED", false, "user", "{0} takes only inserts, but {1} makes updates."),
        new(3009, "0A000", "UNIMPLEMENTED", false, "user", "{0} needs the old image of updates, which table '{1}' does not give."),
        new(3010, "0A000", "FAILED_PRECONDITION", false, "user", "Rows of the result change, and the input has no end: {0}."),
        new(3012, "0A000", "FAILED_PRECONDITION", false, "user", "State grows with every row and nothing bounds it: {0}."),
        new(
            3013, "0A000", "FAILED_PRECONDITION", false, "user",
            "Column '{0}' has another value each time ({1}), but the old one is needed when its row changes: {2}."),
        new(3101, "0A000", "FAILED_PRECONDITION", false, "user", "Connector '{0}' of table '{1}' cannot be read."),
        new(3102, "0A000", "FAILED_PRECONDITION", false, "user", "Connector '{0}' of table '{1}' cannot be written."),
        new(3103, "42704", "NOT_FOUND", false, "user", "Connector '{0}' not found."),
        new(3104, "0A000", "FAILED_PRECONDITION", false, "user", "Table '{0}' cannot be looked up: {1}."),
        new(3110, "42000", "INVALID_ARGUMENT", false, "user", "Option '{0}' is unknown."),
        new(3111, "42000", "INVALID_ARGUMENT", false, "user", "Option '{0}' has a wrong value '{1}': {2}."),
        new(3112, "42000", "INVALID_ARGUMENT", false, "user", "Option '{0}' is missing."),
        new(3113, "42000", "INVALID_ARGUMENT", false, "user", "Column does not fit the connector."),
        new(3114, "42000", "FAILED_PRECONDITION", false, "user", "Option differs from the checkpoint's."),
        new(3120, "55000", "FAILED_PRECONDITION", false, "user", "The checkpoint does not fit the job."),
        new(3121, "0A000", "UNIMPLEMENTED", false, "user", "Format '{0}' cannot be read."),
        new(3122, "0A000", "UNIMPLEMENTED", false, "user", "Format '{0}' cannot be written."),
        new(3123, "42704", "NOT_FOUND", false, "user", "Format is unknown: '{0}'."),
        new(3124, "42000", "INVALID_ARGUMENT", false, "user", "Option of a format has a wrong value: '{0}' = '{1}'."),
        new(3125, "42804", "INVALID_ARGUMENT", false, "user", "Column '{0}' has a type that the format cannot hold: {1}."),
        new(3140, "42704", "NOT_FOUND", false, "user", "No running job has the name '{0}'."),
        new(3141, "55000", "FAILED_PRECONDITION", false, "user", "A job of the name '{0}' runs already."),
        new(3150, "55000", "FAILED_PRECONDITION", false, "user", "There is no integrity ledger to compare."),
        new(3160, "42501", "PERMISSION_DENIED", false, "user", "Role {0} may not {1}."),
        new(3161, "28000", "UNAUTHENTICATED", false, "user", "User name, password or token is wrong."),
        new(3162, "26000", "NOT_FOUND", false, "user", "Statement is not known in this session, or has expired."),
        new(3163, "42601", "INVALID_ARGUMENT", false, "user", "One statement is expected: {0}."),
        new(3164, "07001", "INVALID_ARGUMENT", false, "user", "Parameters do not fit the statement: {0}."),
        new(3165, "08003", "NOT_FOUND", false, "user", "Session is not known, or has expired."),
        new(3166, "42501", "PERMISSION_DENIED", false, "user", "Path leads out of the folders that are open to SQL: '{0}'."),
        new(3167, "42501", "PERMISSION_DENIED", false, "user", "Host '{0}' may not be reached."),
        new(4000, "22000", "INVALID_ARGUMENT", false, "user", "A row is wrong."),
        new(4001, "22000", "INVALID_ARGUMENT", false, "user", "An expression failed."),
        new(4002, "22007", "INVALID_ARGUMENT", false, "user", "A rowtime is NULL."),
        new(4003, "22001", "INVALID_ARGUMENT", false, "user", "A text is too long."),
        new(4004, "23502", "INVALID_ARGUMENT", false, "user", "A column that is NOT NULL gets NULL."),
        new(4010, "22000", "INVALID_ARGUMENT", false, "user", "Input could not be parsed."),
        new(4020, "55000", "FAILED_PRECONDITION", false, "user", "The plan on disk cannot be read by this version."),
        new(4121, "22000", "FAILED_PRECONDITION", false, "user", "A file's schema does not fit table '{0}'."),
        new(4122, "22P04", "INVALID_ARGUMENT", false, "user", "A record could not be decoded: {0}."),
        new(4123, "22P04", "DATA_LOSS", false, "user", "A container file is damaged: {0}."),
        new(4124, "22000", "INVALID_ARGUMENT", false, "user", "A row cannot be written in format '{0}'."),
        new(5000, "58000", "UNAVAILABLE", true, "operator", "Another system failed."),
        new(5001, "58030", "UNAVAILABLE", false, "operator", "A file could not be read or written."),
        new(5010, "55006", "FAILED_PRECONDITION", false, "operator", "Another process runs the job."),
        new(5011, "58030", "DATA_LOSS", false, "operator", "A checkpoint could not be read."),
        new(5012, "58030", "DATA_LOSS", false, "operator", "Prepared output is lost."),
        new(5013, "58030", "FAILED_PRECONDITION", false, "operator", "Input changed since the checkpoint."),
        new(5014, "58000", "UNAVAILABLE", true, "operator", "Checkpoints failed several times in a row."),
        new(5015, "58000", "UNAVAILABLE", false, "operator", "An object store refused a request or could not be reached."),
        new(5016, "58030", "FAILED_PRECONDITION", false, "operator", "An object store does not keep what checkpoints need."),
        new(5017, "53100", "RESOURCE_EXHAUSTED", false, "operator", "State could not be written to disk."),
        new(5018, "58030", "DATA_LOSS", true, "operator", "State could not be read back from disk."),
        new(5030, "58000", "UNAVAILABLE", true, "operator", "A lookup failed."),
        new(5031, "58000", "DEADLINE_EXCEEDED", true, "operator", "A lookup was not answered in time."),
        new(5040, "58000", "ABORTED", false, "operator", "A savepoint failed."),
        new(5041, "08001", "UNAVAILABLE", false, "operator", "A running job could not be reached."),
        new(5050, "08006", "UNAVAILABLE", true, "operator", "A database could not be reached, or was busy."),
        new(5051, "58000", "FAILED_PRECONDITION", false, "operator", "A database refused a statement."),
        new(5060, "40001", "ABORTED", true, "user", "The catalog was changed by others at the same time."),
        new(5061, "58030", "DATA_LOSS", false, "operator", "An object of the catalog cannot be read: {0}."),
        new(5070, "08006", "UNAVAILABLE", true, "operator", "A connection between nodes is lost."),
        new(5071, "08P01", "DATA_LOSS", true, "operator", "What arrived from another node cannot be what was sent."),
        new(5072, "55006", "FAILED_PRECONDITION", false, "operator", "A newer attempt at the job is known."),
        new(5073, "58000", "DEADLINE_EXCEEDED", true, "operator", "A node did not answer in time."),
        new(5074, "58000", "ABORTED", false, "operator", "A node could not answer a request."),
        new(5075, "58000", "UNAVAILABLE", true, "operator", "A node does not offer a channel."),
        new(5076, "58000", "ABORTED", true, "operator", "A channel between nodes was closed."),
        new(6000, "53000", "RESOURCE_EXHAUSTED", false, "operator", "A limit is reached."),
        new(6001, "53200", "RESOURCE_EXHAUSTED", false, "operator", "Memory limit reached."),
        new(6002, "57014", "CANCELLED", false, "user", "The statement was cancelled."),
        new(6003, "53300", "RESOURCE_EXHAUSTED", true, "user", "Too many connections, sessions, statements or sign-ins at once."),
        new(6004, "57P01", "UNAVAILABLE", true, "user", "The server is stopping."),
        new(6005, "57P05", "DEADLINE_EXCEEDED", true, "user", "A result or an upload waited for its client for too long."),
        new(6010, "54011", "RESOURCE_EXHAUSTED", false, "user", "Key or state row is too wide: {0}."),
        new(6011, "54000", "RESOURCE_EXHAUSTED", false, "user", "Value of an aggregate is too long: {0}."),
        new(9000, "XX000", "INTERNAL", false, "developer", "A rule of this program is broken."),
        new(9001, "XX000", "INTERNAL", false, "developer", "An internal check failed."),
        new(9002, "XX001", "INTERNAL", false, "developer", "Checkpoint has an impossible slot: {0}."),
        new(9003, "XX001", "INTERNAL", false, "developer", "Snapshot must be full after a rescale: {0}."),
        new(9110, "XX000", "INTERNAL", false, "developer", "Option has no definition: {0}."),
        new(9111, "XX000", "INTERNAL", false, "developer", "Generator has no such number: {0}."),
        new(9112, "XX000", "INTERNAL", false, "developer", "Value or column has a type that nobody prints: {0}."),
        new(9113, "XX000", "INTERNAL", false, "developer", "Type cannot be generated: {0}."),
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
