using System.Collections.Generic;

namespace ColumnStream.Flight.Grpc;

/// <summary>Names the cause of an error for programs; travels as google.rpc.ErrorInfo in the status's details.</summary>
/// <param name="Reason">The cause, e.g. an error code.</param>
/// <param name="Domain">Who defines the reason.</param>
/// <param name="Metadata">Values, e.g. an SQLSTATE.</param>
public sealed record GrpcErrorInfo(string Reason, string Domain, IReadOnlyDictionary<string, string> Metadata);
