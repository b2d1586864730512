using System.Text.Json.Serialization;
using ColumnStream.Runtime.Ledger;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Writes and reads the records of the checkpoint folder.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    MaxDepth = 64,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(Claim))]
[JsonSerializable(typeof(Generation))]
[JsonSerializable(typeof(RunStart))]
[JsonSerializable(typeof(Terminal))]
[JsonSerializable(typeof(LedgerSegment))]
internal sealed partial class ManifestJson : JsonSerializerContext;
