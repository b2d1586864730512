namespace ColumnStream.Planner.Catalogs;

/// <summary>Is a table or a view.</summary>
/// <param name="Name">Where it stands.</param>
/// <param name="IsTemporary">Whether it hides a permanent one of the same name.</param>
/// <param name="Comment">The comment, or null.</param>
public abstract record CatalogObject(ObjectName Name, bool IsTemporary, string? Comment);
