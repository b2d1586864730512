using System;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Ends a simulated process where it stands: nobody handles it, nothing is cleaned up.</summary>
public sealed class SimulatedCrashException(string message) : Exception(message);
