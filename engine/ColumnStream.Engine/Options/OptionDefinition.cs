namespace ColumnStream.Engine.Options;

/// <summary>States one option: key, type, default and help in one line.</summary>
/// <param name="Key">The key, or a prefix that ends with <c>*</c>.</param>
/// <param name="Kind">How its value is read.</param>
/// <param name="Default">The default as text, or null when there is none.</param>
/// <param name="Help">One sentence.</param>
/// <param name="IsRequired">Whether it must be given.</param>
/// <param name="Values">Allowed values of a choice, separated by <c>|</c>.</param>
/// <param name="Range">Smallest and largest whole number, separated by <c>..</c>; null allows all.</param>
/// <param name="Alias">An older key that means the same, or null.</param>
/// <param name="IsSecret">Whether lists hide its value.</param>
public sealed record OptionDefinition(
    string Key,
    OptionKind Kind,
    string? Default,
    string Help,
    bool IsRequired = false,
    string? Values = null,
    string? Range = null,
    string? Alias = null,
    bool IsSecret = false)
{
    /// <summary>Gets what lists show in place of a secret.</summary>
    public const string Hidden = "***";
}
