namespace ColumnStream.Testing.Simulation;

/// <summary>States how often, from 0 to 1 a message, things go wrong on the wire.</summary>
/// <param name="Lose">A message is lost though the link lives.</param>
/// <param name="Double">A message arrives twice.</param>
/// <param name="Change">A bit of a message is changed.</param>
/// <param name="Swap">Two messages of one channel change places.</param>
/// <param name="Cut">The link is cut behind a message.</param>
/// <param name="Silence">Nothing arrives any more in one direction, and nobody is told.</param>
public sealed record WireFaults(
    double Lose = 0, double Double = 0, double Change = 0, double Swap = 0, double Cut = 0, double Silence = 0)
{
    /// <summary>Gets a wire that only delays.</summary>
    public static WireFaults None { get; } = new();
}
