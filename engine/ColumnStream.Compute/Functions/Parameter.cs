using System;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions;

/// <summary>Names what a parameter accepts.</summary>
internal enum ParameterKind : byte
{
    /// <summary>CHAR and VARCHAR, as they are.</summary>
    Text,

    /// <summary>CHAR, VARCHAR, BINARY and VARBINARY, as they are.</summary>
    TextOrBinary,

    /// <summary>BINARY and VARBINARY, as they are.</summary>
    Binary,

    /// <summary>TINYINT to INT, as INT.</summary>
    Integer,

    /// <summary>Integers, as BIGINT.</summary>
    BigInt,

    /// <summary>Numbers, as DOUBLE.</summary>
    Double,

    /// <summary>BOOLEAN.</summary>
    Boolean,

    /// <summary>DATE and timestamps, as they are; text is cast to TIMESTAMP(3).</summary>
    Local,

    /// <summary>DATE, TIME and timestamps, as they are; text is cast to TIMESTAMP(3).</summary>
    LocalOrTime,

    /// <summary>Anything, as it is.</summary>
    Any,
}

/// <summary>States one parameter and, for optional ones, the literal that stands in for it.</summary>
internal readonly record struct Parameter(ParameterKind Kind, string? Default = null)
{
    public static Parameter Text { get; } = new(ParameterKind.Text);

    public static Parameter TextOrBinary { get; } = new(ParameterKind.TextOrBinary);

    public static Parameter Binary { get; } = new(ParameterKind.Binary);

    public static Parameter Integer { get; } = new(ParameterKind.Integer);

    public static Parameter BigInt { get; } = new(ParameterKind.BigInt);

    public static Parameter Double { get; } = new(ParameterKind.Double);

    public static Parameter Boolean { get; } = new(ParameterKind.Boolean);

    public static Parameter Local { get; } = new(ParameterKind.Local);

    public static Parameter LocalOrTime { get; } = new(ParameterKind.LocalOrTime);

    public static Parameter Any { get; } = new(ParameterKind.Any);

    /// <summary>Returns this parameter as optional, with canonical literal text for when it is absent.</summary>
    public Parameter Or(string value) => this with { Default = value };

    /// <summary>Tells whether all arguments are text, or all are bytes; NULL is either.</summary>
    public static bool AreOneKind(ReadOnlySpan<SqlType> arguments)
    {
        bool texts = false;
        bool bytes = false;
        foreach (SqlType argument in arguments)
        {
            texts |= argument.IsText;
            bytes |= TypeCoercion.IsBinary(argument);
        }

        return !(texts && bytes);
    }

    /// <summary>Returns the type of the literal that stands in.</summary>
    public SqlType DefaultType => (Kind switch
    {
        ParameterKind.Text => SqlType.String,
        ParameterKind.Integer => SqlType.Integer,
        ParameterKind.BigInt => SqlType.BigInt,
        _ => SqlType.Double,
    }).WithNullable(false);

    /// <summary>Returns the type that an argument is cast to, or null when it does not fit.</summary>
    public SqlType? Accept(SqlType argument)
    {
        bool isNull = argument.Id == SqlTypeId.Null;
        SqlType? type = Kind switch
        {
            ParameterKind.Text => argument.IsText ? argument : isNull ? SqlType.String : null,
            ParameterKind.TextOrBinary =>
                argument.IsText || TypeCoercion.IsBinary(argument) ? argument : isNull ? SqlType.String : null,
            ParameterKind.Binary => TypeCoercion.IsBinary(argument) ? argument : isNull ? SqlType.Bytes : null,
            ParameterKind.Integer =>
                argument.IsInteger && argument.Id != SqlTypeId.BigInt || isNull ? SqlType.Integer : null,
            ParameterKind.BigInt => argument.IsInteger || isNull ? SqlType.BigInt : null,
            ParameterKind.Double => argument.IsNumeric || isNull ? SqlType.Double : null,
            ParameterKind.Boolean => argument.Id == SqlTypeId.Boolean || isNull ? SqlType.Boolean : null,
            ParameterKind.Local or ParameterKind.LocalOrTime => AcceptLocal(argument),
            _ => argument,
        };
        return type?.Materialized().WithNullable(argument.Nullable || isNull);
    }

    private SqlType? AcceptLocal(SqlType argument) =>
        argument.Id == SqlTypeId.Date || argument.IsTimestamp ? argument
        : argument.Id == SqlTypeId.Time ? (Kind == ParameterKind.LocalOrTime ? argument : null)
        : argument.IsText || argument.Id == SqlTypeId.Null ? SqlType.Timestamp(3)
        : null;
}
