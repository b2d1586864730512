using System.Collections.Generic;

namespace ColumnStream.Testing.Formats;

/// <summary>Stands around a decoder under test: learns of each text before it is read, and may change what came out.</summary>
public interface IDecodeWatch
{
    /// <summary>Learns what is read next, and in pieces of how many bytes.</summary>
    void Before(byte[] text, int chunk);

    /// <summary>Sees the rows that were read; the errors are the harness's.</summary>
    void After(FormatHarness harness, byte[] text, List<string> rows);
}
