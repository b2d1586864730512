using System.Collections.Generic;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Planner.Errors;

/// <summary>Names the rows of the error table that binding (2xxx) and planning (3xxx) report.</summary>
internal static class PlannerErrors
{
    public static readonly ErrorCode TableNotFound = ErrorCodes.Find(2001);
    public static readonly ErrorCode TableExists = ErrorCodes.Find(2002);
    public static readonly ErrorCode ColumnNotFound = ErrorCodes.Find(2003);
    public static readonly ErrorCode ColumnAmbiguous = ErrorCodes.Find(2004);
    public static readonly ErrorCode FunctionNotFound = ErrorCodes.Find(2005);
    public static readonly ErrorCode NoSignature = ErrorCodes.Find(2006);
    public static readonly ErrorCode WrongOperands = ErrorCodes.Find(2007);
    public static readonly ErrorCode CannotCast = ErrorCodes.Find(2008);
    public static readonly ErrorCode NotBoolean = ErrorCodes.Find(2009);
    public static readonly ErrorCode NotGrouped = ErrorCodes.Find(2010);
    public static readonly ErrorCode AggregateMisplaced = ErrorCodes.Find(2011);
    public static readonly ErrorCode ColumnCount = ErrorCodes.Find(2012);
    public static readonly ErrorCode TypeMismatch = ErrorCodes.Find(2013);
    public static readonly ErrorCode ColumnDuplicate = ErrorCodes.Find(2014);
    public static readonly ErrorCode PrimaryKey = ErrorCodes.Find(2015);
    public static readonly ErrorCode Watermark = ErrorCodes.Find(2016);
    public static readonly ErrorCode NoTimeAttribute = ErrorCodes.Find(2017);
    public static readonly ErrorCode BadLiteral = ErrorCodes.Find(2018);
    public static readonly ErrorCode OrdinalRange = ErrorCodes.Find(2019);
    public static readonly ErrorCode FieldNotFound = ErrorCodes.Find(2020);
    public static readonly ErrorCode TypeUnknown = ErrorCodes.Find(2021);
    public static readonly ErrorCode WindowArguments = ErrorCodes.Find(2022);
    public static readonly ErrorCode AliasNotFound = ErrorCodes.Find(2023);
    public static readonly ErrorCode AliasDuplicate = ErrorCodes.Find(2024);
    public static readonly ErrorCode DatabaseNotFound = ErrorCodes.Find(2025);
    public static readonly ErrorCode NoCommonType = ErrorCodes.Find(2026);
    public static readonly ErrorCode WrongObject = ErrorCodes.Find(2027);
    public static readonly ErrorCode NotConstant = ErrorCodes.Find(2028);
    public static readonly ErrorCode NullIntoNotNull = ErrorCodes.Find(2029);
    public static readonly ErrorCode ViewBroken = ErrorCodes.Find(2030);
    public static readonly ErrorCode WrongArgument = ErrorCodes.Find(2031);
    public static readonly ErrorCode Clause = ErrorCodes.Find(2032);
    public static readonly ErrorCode State = ErrorCodes.Find(2033);
    public static readonly ErrorCode NotSupported = ErrorCodes.Find(3001);
    public static readonly ErrorCode SinkTakesInserts = ErrorCodes.Find(3002);
    public static readonly ErrorCode SinkNeedsKey = ErrorCodes.Find(3003);
    public static readonly ErrorCode SortUnbounded = ErrorCodes.Find(3004);
    public static readonly ErrorCode LimitUpdating = ErrorCodes.Find(3005);
    public static readonly ErrorCode BatchUnbounded = ErrorCodes.Find(3006);
    public static readonly ErrorCode KeyDiffers = ErrorCodes.Find(3007);
    public static readonly ErrorCode NeedsInserts = ErrorCodes.Find(3008);
    public static readonly ErrorCode NeedsOldRows = ErrorCodes.Find(3009);
    public static readonly ErrorCode StateUnbounded = ErrorCodes.Find(3012);
    public static readonly ErrorCode NotDeterministic = ErrorCodes.Find(3013);
    public static readonly ErrorCode CannotRead = ErrorCodes.Find(3101);
    public static readonly ErrorCode CannotWrite = ErrorCodes.Find(3102);
    public static readonly ErrorCode ConnectorNotFound = ErrorCodes.Find(3103);
    public static readonly ErrorCode CannotLookUp = ErrorCodes.Find(3104);
    public static readonly ErrorCode OptionUnknown = ErrorCodes.Find(3110);
    public static readonly ErrorCode OptionValue = ErrorCodes.Find(3111);
    public static readonly ErrorCode OptionMissing = ErrorCodes.Find(3112);

    /// <summary>Gets all of them, ascending.</summary>
    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        TableNotFound, TableExists, ColumnNotFound, ColumnAmbiguous, FunctionNotFound, NoSignature, WrongOperands,
        CannotCast, NotBoolean, NotGrouped, AggregateMisplaced, ColumnCount, TypeMismatch, ColumnDuplicate,
        PrimaryKey, Watermark, NoTimeAttribute, BadLiteral, OrdinalRange, FieldNotFound, TypeUnknown,
        WindowArguments, AliasNotFound, AliasDuplicate, DatabaseNotFound, NoCommonType, WrongObject, NotConstant,
        NullIntoNotNull, ViewBroken, WrongArgument,
        Clause, State, NotSupported, SinkTakesInserts, SinkNeedsKey, SortUnbounded, LimitUpdating,
        BatchUnbounded, KeyDiffers, NeedsInserts, NeedsOldRows, StateUnbounded, NotDeterministic,
        CannotRead, CannotWrite, ConnectorNotFound, CannotLookUp,
        OptionUnknown, OptionValue, OptionMissing,
    ];
}
