using System.Runtime.InteropServices;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Says where a message stands in a file; lies in the footer as the format's Block.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MessagePlace
{
    public long Offset;
    public int MetadataBytes;
    public int Padding;
    public long BodyBytes;
}
