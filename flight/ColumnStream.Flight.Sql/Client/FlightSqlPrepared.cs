using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Flight.Sql.Client;

/// <summary>States what a server gave for a prepared statement.</summary>
/// <param name="Handle">What the server knows it by.</param>
/// <param name="ResultSchema">Its columns, or null where it has no result set.</param>
/// <param name="ParameterSchema">A column for each parameter, or null without parameters.</param>
public sealed record FlightSqlPrepared(ReadOnlyMemory<byte> Handle, Schema? ResultSchema, Schema? ParameterSchema);
