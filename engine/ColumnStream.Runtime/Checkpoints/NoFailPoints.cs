namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Passes all points.</summary>
public sealed class NoFailPoints : IFailPoints
{
    /// <summary>Gets the one instance.</summary>
    public static NoFailPoints Instance { get; } = new();

    /// <inheritdoc/>
    public void Hit(string name)
    {
    }
}
