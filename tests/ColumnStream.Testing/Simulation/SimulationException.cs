using System;

namespace ColumnStream.Testing.Simulation;

/// <summary>Says which promise a history broke, and how to play it again.</summary>
public sealed class SimulationException(string message, Exception? cause = null) : Exception(message, cause);
