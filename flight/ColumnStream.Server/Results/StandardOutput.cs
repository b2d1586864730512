using System.Runtime.InteropServices;

namespace ColumnStream.Server.Results;

/// <summary>Tells whether anyone still reads standard output: the runtime drops writes to a closed pipe without a word.</summary>
internal static partial class StandardOutput
{
    private const short PollError = 8;

    /// <summary>Gets whether the reader of our pipe is gone: <c>columnstream run … | head</c>.</summary>
    public static bool IsClosed
    {
        get
        {
            var output = new PollDescriptor { File = 1 };
            return Poll(ref output, 1, 0) > 0 && (output.Returned & PollError) != 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeoutMs);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int File;
        public short Wanted;
        public short Returned;
    }
}
