using System.Collections.Generic;

namespace ColumnStream.Planner.Errors;

/// <summary>Lists the errors of binding (2xxx) and planning (3xxx), ascending; rows are added, never renumbered.</summary>
internal static class PlannerErrors
{
    public static readonly PlannerError TableNotFound = new(2001, "42S02", "Table or view '{0}' not found.");
    public static readonly PlannerError TableExists = new(2002, "42S01", "Table or view '{0}' already exists.");
    public static readonly PlannerError ColumnNotFound = new(2003, "42S22", "Column '{0}' not found.");
    public static readonly PlannerError ColumnAmbiguous = new(2004, "42702", "Column '{0}' is ambiguous: {1}.");
    public static readonly PlannerError FunctionNotFound = new(2005, "42883", "Function '{0}' not found.");
    public static readonly PlannerError NoSignature = new(2006, "42883", "{0} does not take ({1}). Signatures: {2}.");
    public static readonly PlannerError WrongOperands = new(2007, "42804", "Operator {0} does not take {1}.");
    public static readonly PlannerError CannotCast = new(2008, "42846", "Cannot cast {0} to {1}.");
    public static readonly PlannerError NotBoolean = new(2009, "42804", "{0} must be BOOLEAN: {1}.");
    public static readonly PlannerError NotGrouped = new(2010, "42803", "Column '{0}' is neither in GROUP BY nor inside an aggregate function.");
    public static readonly PlannerError AggregateMisplaced = new(2011, "42803", "Aggregate function {0} is not allowed in {1}.");
    public static readonly PlannerError ColumnCount = new(2012, "42601", "{0} has {1} columns, {2} expected.");
    public static readonly PlannerError TypeMismatch = new(2013, "42804", "Column '{0}' of type {1} does not take {2}.");
    public static readonly PlannerError ColumnDuplicate = new(2014, "42701", "Column '{0}' is declared twice.");
    public static readonly PlannerError PrimaryKey = new(2015, "42830", "PRIMARY KEY is wrong: {0}.");
    public static readonly PlannerError Watermark = new(2016, "42P16", "WATERMARK is wrong: {0}.");
    public static readonly PlannerError NoTimeAttribute = new(2017, "42P20", "Column '{0}' is not a time attribute: {1}.");
    public static readonly PlannerError BadLiteral = new(2018, "22007", "{0} literal is wrong: '{1}'.");
    public static readonly PlannerError OrdinalRange = new(2019, "42P10", "ORDER BY position {0} is not between 1 and {1}.");
    public static readonly PlannerError FieldNotFound = new(2020, "42S22", "Field '{0}' not found in {1}.");
    public static readonly PlannerError TypeUnknown = new(2021, "42704", "Type is wrong: {0}.");
    public static readonly PlannerError WindowArguments = new(2022, "42P20", "{0} is wrong: {1}.");
    public static readonly PlannerError AliasNotFound = new(2023, "42P01", "Table or alias '{0}' is not in FROM.");
    public static readonly PlannerError AliasDuplicate = new(2024, "42712", "Alias '{0}' is used twice.");
    public static readonly PlannerError DatabaseNotFound = new(2025, "3D000", "{0} '{1}' not found.");
    public static readonly PlannerError NoCommonType = new(2026, "42804", "{0} has no common type for {1}.");
    public static readonly PlannerError WrongObject = new(2027, "42809", "'{0}' is a {1}, not a {2}.");
    public static readonly PlannerError NotConstant = new(2028, "42601", "{0} must be a constant: {1}.");
    public static readonly PlannerError NullIntoNotNull = new(2029, "23502", "Column '{0}' is NOT NULL and gets no value.");
    public static readonly PlannerError ViewBroken = new(2030, "42P17", "View '{0}' is no longer valid: {1}");
    public static readonly PlannerError NotSupported = new(3001, "0A000", "{0} is not supported yet.");
    public static readonly PlannerError SinkTakesInserts = new(3002, "0A000", "Table '{0}' takes only inserts, but {1} makes updates.");
    public static readonly PlannerError SinkNeedsKey = new(3003, "42830", "Table '{0}' takes updates by key, but has no primary key, and {1} makes updates.");
    public static readonly PlannerError SortUnbounded = new(3004, "0A000", "ORDER BY over an unbounded input never ends: {0}.");
    public static readonly PlannerError LimitUpdating = new(3005, "0A000", "LIMIT over an unbounded, updating input is not supported yet: {0} makes updates.");
    public static readonly PlannerError BatchUnbounded = new(3006, "0A000", "Batch mode reads bounded tables only: '{0}' is unbounded.");
    public static readonly PlannerError KeyDiffers = new(3007, "0A000", "Primary key ({0}) of table '{1}' is not the key of the query ({2}).");
    public static readonly PlannerError NeedsInserts = new(3008, "0A000", "{0} takes only inserts, but {1} makes updates.");
    public static readonly PlannerError NeedsOldRows = new(3009, "0A000", "{0} needs the old image of updates, which table '{1}' does not give.");
    public static readonly PlannerError CannotRead = new(3101, "0A000", "Connector '{0}' of table '{1}' cannot be read.");
    public static readonly PlannerError CannotWrite = new(3102, "0A000", "Connector '{0}' of table '{1}' cannot be written.");
    public static readonly PlannerError ConnectorNotFound = new(3103, "42704", "Connector '{0}' not found.");
    public static readonly PlannerError OptionUnknown = new(3110, "42000", "Option '{0}' is unknown.");
    public static readonly PlannerError OptionValue = new(3111, "42000", "Option '{0}' has a wrong value '{1}': {2}.");
    public static readonly PlannerError OptionMissing = new(3112, "42000", "Option '{0}' is missing.");
    public static readonly PlannerError OptionConnector = new(3113, "42000", "Table '{0}' is refused: {1}");

    /// <summary>Gets the table.</summary>
    public static IReadOnlyList<PlannerError> All { get; } =
    [
        TableNotFound, TableExists, ColumnNotFound, ColumnAmbiguous, FunctionNotFound, NoSignature, WrongOperands,
        CannotCast, NotBoolean, NotGrouped, AggregateMisplaced, ColumnCount, TypeMismatch, ColumnDuplicate, PrimaryKey,
        Watermark, NoTimeAttribute, BadLiteral, OrdinalRange, FieldNotFound, TypeUnknown, WindowArguments,
        AliasNotFound, AliasDuplicate, DatabaseNotFound, NoCommonType, WrongObject, NotConstant, NullIntoNotNull,
        ViewBroken, NotSupported, SinkTakesInserts, SinkNeedsKey, SortUnbounded, LimitUpdating, BatchUnbounded,
        KeyDiffers, NeedsInserts, NeedsOldRows, CannotRead, CannotWrite, ConnectorNotFound, OptionUnknown, OptionValue,
        OptionMissing, OptionConnector,
    ];
}
