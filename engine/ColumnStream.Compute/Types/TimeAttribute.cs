namespace ColumnStream.Compute.Types;

/// <summary>Tells whether a timestamp column is a time attribute, which windows and watermarks need.</summary>
public enum TimeAttribute : byte
{
    /// <summary>An ordinary value.</summary>
    None,

    /// <summary>Event time: a watermark is defined over it.</summary>
    Rowtime,

    /// <summary>Processing time.</summary>
    Proctime,
}
