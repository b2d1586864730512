using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Storage;

/// <summary>Opens buckets where nobody can.</summary>
public static class Buckets
{
    /// <summary>Refuses an address.</summary>
    /// <exception cref="UserException">Always.</exception>
    public static IBucket Unknown(string address) =>
        throw new UserException(3111, $"Scheme of a bucket is unknown here: '{address}'. Expected a local path.");
}
