using System.Text.Json.Serialization;
using ColumnStream.Server.Security;

namespace ColumnStream.Server.Catalogs;

/// <summary>Writes and reads what a server keeps; what an object has beyond it is passed over.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    MaxDepth = 16,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CatalogRecord))]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(UserRecord))]
internal sealed partial class StoreJson : JsonSerializerContext;
