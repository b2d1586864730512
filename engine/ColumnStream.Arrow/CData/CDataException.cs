using System;

namespace ColumnStream.Arrow.CData;

/// <summary>Says why a foreign schema or array cannot be taken in.</summary>
public sealed class CDataException(string message) : Exception(message);
