namespace ColumnStream.Engine.Sinks;

/// <summary>Says what the user of a sink gets over failures.</summary>
/// <param name="Class">How the promise is kept.</param>
/// <param name="Promise">What that means, in a few words.</param>
/// <param name="IsSeen">Whether anybody could see a row twice.</param>
public sealed record SinkDelivery(SinkClass Class, string Promise, bool IsSeen = true)
{
    /// <summary>Gets the letter of the class.</summary>
    public char Letter => (char)('A' + (int)Class);

    /// <inheritdoc/>
    public override string ToString() => $"class {Letter}: {Promise}";
}
