namespace ColumnStream.Connectors.Jdbc;

/// <summary>Is a column as the database's catalog tells it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TypeText">Its type as people write it: <c>character varying(20)</c>.</param>
/// <param name="Type">Name of the type; of the one below, for a domain.</param>
/// <param name="IsEnum">Whether the type is an enumeration.</param>
/// <param name="Modifier">Length or precision as the catalog packs it, -1 for none.</param>
/// <param name="Element">Name of the element's type of an array, or null.</param>
/// <param name="ElementId">Number of the element's type.</param>
/// <param name="IsNotNull">Whether NULL is refused.</param>
/// <param name="IsGenerated">Whether the database alone gives the value.</param>
/// <param name="HasDefault">Whether the database has a value where none is written.</param>
internal sealed record PostgresColumn(
    string Name,
    string TypeText,
    string Type,
    bool IsEnum,
    int Modifier,
    string? Element,
    uint ElementId,
    bool IsNotNull,
    bool IsGenerated,
    bool HasDefault);
