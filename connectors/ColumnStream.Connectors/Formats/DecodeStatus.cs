namespace ColumnStream.Connectors.Formats;

/// <summary>Says why decoding stopped.</summary>
public enum DecodeStatus : byte
{
    /// <summary>All complete records are decoded: give more bytes, or declare the end, or take what there is.</summary>
    NeedInput,

    /// <summary>The batch is full: take it, then go on.</summary>
    Full,

    /// <summary>A record is wrong and was left out: look at the error, then go on or stop.</summary>
    Error,

    /// <summary>The split is at its end; rows may wait to be taken.</summary>
    End,
}
