using System;

namespace ColumnStream.Testing.Simulation;

/// <summary>States how often, from 0 to 1 a message, things go wrong on the wire.</summary>
/// <param name="Lose">A message is lost though the link lives.</param>
/// <param name="Double">A message arrives twice.</param>
/// <param name="Change">A bit of a message is changed.</param>
/// <param name="Swap">Two messages of one channel change places.</param>
/// <param name="Cut">The link is cut behind a message.</param>
/// <param name="Silence">Nothing arrives any more in one direction, and nobody is told.</param>
/// <param name="Part">A node is parted from the others for up to a minute; what is sent meanwhile arrives later, unless a link is given up.</param>
/// <param name="Twice">A connection is made twice: whatever its consumer asks reaches the producer's node over both.</param>
/// <param name="Stray">A connection leads to a node of the same name in another process: one that was overtaken, or that took the place of this one.</param>
/// <param name="LoseOne">A message behind which nothing waits is lost though the link lives; once a network, so that no other loss gives it away.</param>
public sealed record WireFaults(
    double Lose = 0, double Double = 0, double Change = 0, double Swap = 0, double Cut = 0, double Silence = 0,
    double Part = 0, double Twice = 0, double Stray = 0, double LoseOne = 0)
{
    /// <summary>Gets a wire that only delays.</summary>
    public static WireFaults None { get; } = new();

    /// <summary>Draws a wire on which some things go wrong, or one: each between once in ten and once in a thousand messages.</summary>
    public static WireFaults Draw(Random random)
    {
        int only = random.Next(2) == 0 ? random.Next(9) : -1;
        double Rate(int kind) => kind == only || (only < 0 && random.Next(4) == 0) ? Math.Pow(10, -1 - (2 * random.NextDouble())) : 0;
        return new WireFaults(Rate(0), Rate(1), Rate(2), Rate(3), Rate(4), Rate(5), Rate(6), Rate(7) > 0 ? 0.3 : 0, LoseOne: Rate(8));
    }
}
