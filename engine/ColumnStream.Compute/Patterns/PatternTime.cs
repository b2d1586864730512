namespace ColumnStream.Compute.Patterns;

/// <summary>Holds a local date-time and where its zone stands, as a pattern writes it.</summary>
/// <param name="Seconds">Local seconds since 1970.</param>
/// <param name="Nanos">Nanoseconds of the second.</param>
/// <param name="OffsetSeconds">Local time less UTC.</param>
/// <param name="ZoneId">The zone's id, or null.</param>
/// <param name="ZoneName">The zone's short name at this time, or null.</param>
internal readonly record struct PatternTime(
    long Seconds, int Nanos, int OffsetSeconds = 0, string? ZoneId = null, string? ZoneName = null);
